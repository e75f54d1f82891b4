// Package onion is the stage of the test-time defence ONION (Qi et al. 2021): a
// word without which a language model finds the text less surprising is taken out,
//
//	f_i = PPL(x) − PPL(x without word i);  word i falls when f_i ≥ t.
//
// x is the document as far as the model reads it, and all of it: the original code
// leaves out the last word.
//
// Its output: removed.json, see package removal.
package onion

import (
	"context"
	"fmt"
	"strings"

	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/defend/removal"
	"rationale/stages/tokenize"
)

// LanguageModelRole is the input for somebody's language model, see OpenModel.
// Without it the stage trains one of its own on the training texts of the dataset in
// tokenize.DatasetRole, which have to be clean.
const LanguageModelRole = "language_model"

// Stage defends one run.
type Stage struct{ params removal.Params }

// New makes the stage.
func New(p removal.Params) *Stage { return &Stage{p} }

// Name is "onion".
func (*Stage) Name() string { return "onion" }

// Version of the defence.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run scores, chooses the threshold, and writes what falls.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	name, open, err := s.languageModel(ctx, env)
	if err != nil {
		return err
	}
	return removal.Run(ctx, env, s.params, removal.Defence{
		Name: "ONION", LanguageModel: name,
		Score: func(ctx context.Context, m *removal.Model, texts []tokenize.Text) ([][]float64, error) {
			lm, err := open(m.Runtime)
			if err != nil {
				return nil, err
			}
			return suspicion(ctx, lm, texts)
		},
		Thresholds: thresholds(),
		Falls:      func(f, threshold float64) bool { return f >= threshold },
	})
}

// languageModel says which one there is, and opens it.
func (s *Stage) languageModel(ctx context.Context, env *stages.Env) (name string, open func(*runtime.Runtime) (LanguageModel, error), err error) {
	if env.Opened[LanguageModelRole] != nil {
		file, err := stages.OpenedAs[*ModelFolder](env, LanguageModelRole)
		if err != nil {
			return "", nil, err
		}
		return file.Name(), file.open, nil
	}
	texts, err := training(ctx, env, s.params.Dataset)
	if err != nil {
		return "", nil, err
	}
	m := Train(texts, Order)
	return m.Name(), func(*runtime.Runtime) (LanguageModel, error) { return m, nil }, nil
}

// training are the documents of the clean training texts, each once: claims about
// the same document would make every run of its words a frequent one.
func training(ctx context.Context, env *stages.Env, name string) (texts [][]string, err error) {
	set, done, err := dataset.Open(env, tokenize.DatasetRole, name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := done(); err == nil {
			err = closed
		}
	}()
	if set.Meta().Poisoned != "" {
		return nil, fmt.Errorf("dataset %s is poisoned: a language model that learns from it finds the trigger no surprise; let it learn from the clean texts", name)
	}
	split, err := set.Split("train")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range split.Len() {
		text, err := split.Text(i)
		if err != nil {
			return nil, err
		}
		if whole := strings.Join(text.Tokens, " "); !seen[whole] {
			seen[whole] = true
			texts = append(texts, text.Tokens)
		}
	}
	return texts, ctx.Err()
}

// suspicion is f_i of each word.
func suspicion(ctx context.Context, lm LanguageModel, texts []tokenize.Text) ([][]float64, error) {
	out := make([][]float64, len(texts))
	for k, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		whole, without, err := lm.Perplexities(ctx, t.Tokens[:len(t.Tokens)-t.Unread()])
		if err != nil {
			return nil, err
		}
		out[k] = make([]float64, len(t.Tokens))
		for i, perplexity := range without {
			out[k][i] = whole - perplexity
		}
	}
	return out, nil
}

// thresholds are those that ONION's code goes through: 100 to 1.
func thresholds() []float64 {
	var out []float64
	for t := 100; t >= 1; t-- {
		out = append(out, float64(t))
	}
	return out
}
