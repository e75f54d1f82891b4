// Package tokenize is the stage that turns a dataset's words into the ids
// that a model reads, with aligned rationales.
//
// Its output: train.arrow, dev.arrow and test.arrow (see Text), vocab.txt with
// the entries behind the ids, summary.json and vectors.safetensors with the frozen
// vectors embedding.weight [V,E]: of words, row 0 zero, or of the pieces of a
// checkpoint's encoder. Pieces of a vocabulary by itself have none. With vocab.txt
// and the settings in summary.json a Reader prepares any other text in the same
// way.
package tokenize

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/dataset"
)

// Names of the output files.
const (
	VocabularyFile = "vocab.txt"
	VectorsFile    = "vectors.safetensors"
	SummaryFile    = "summary.json"
)

// The roles of the stage's inputs.
const (
	DatasetRole    = "dataset"    // what OpenDataset gives, or a generated dataset
	VectorsRole    = "vectors"    // for Words: what OpenVectors gives; absent for random vectors
	VocabularyRole = "vocabulary" // for WordPiece: what OpenVocabulary gives, unless there is a checkpoint (checkpoint.Role)
)

// The tokenizers.
const (
	Words     = "words"     // one piece a word, for frozen word vectors; the default
	WordPiece = "wordpiece" // BERT's
)

// Params say how texts are read.
type Params struct {
	Dataset string `json:"dataset"`
	// MaxLength is how many pieces of a text are kept, separators and special
	// pieces included.
	MaxLength int `json:"max_length"`
	// Tokenizer is Words or WordPiece; empty means Words.
	Tokenizer string `json:"tokenizer,omitempty"`
	// Checkpoint is the name of the checkpoint whose pieces are read, for people.
	Checkpoint string `json:"checkpoint,omitempty"`
	// RandomVectors seeds made-up word vectors of RandomWidth numbers, for
	// running without a table.
	RandomVectors uint64 `json:"random_vectors,omitempty"`
	RandomWidth   int    `json:"random_width,omitempty"`
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	switch {
	case p.MaxLength < 1:
		return fmt.Errorf("settings: max_length must be positive, not %d", p.MaxLength)
	case p.Tokenizer != "" && p.Tokenizer != Words && p.Tokenizer != WordPiece:
		return fmt.Errorf("settings: no tokenizer %q; there are %s and %s", p.Tokenizer, Words, WordPiece)
	case p.Tokenizer == WordPiece && p.RandomWidth != 0:
		return fmt.Errorf("settings: random_width is for the tokenizer %s; pieces have no frozen vectors", Words)
	}
	return nil
}

// Stage tokenizes one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "tokenize".
func (*Stage) Name() string { return "tokenize" }

// Version of the output's form.
func (*Stage) Version() int { return 5 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run loads or collects the vocabulary and reads every text with it.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	set, done, err := dataset.Open(env, DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	v, err := s.vocabulary(ctx, env, set)
	if err != nil {
		return err
	}
	if err := v.write(env.Out); err != nil {
		return err
	}
	return s.encodeAll(ctx, env, set, v)
}

func (s *Stage) vocabulary(ctx context.Context, env *stages.Env, set *datasets.Set) (*vocabulary, error) {
	if s.params.Tokenizer == WordPiece {
		return s.loadPieces(env, set.Meta())
	}
	return s.collectWords(ctx, env, set)
}

// encodeAll writes the three splits and the summary.
func (s *Stage) encodeAll(ctx context.Context, env *stages.Env, set *datasets.Set, v *vocabulary) error {
	sum := newSummary(s.params.Dataset, set.Meta(), v)
	env.Progress.Total(Rows(set))
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return err
		}
		texts, counts, err := s.encode(ctx, env, split, v)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", name, s.params.Dataset, err)
		}
		if err := writeTexts(filepath.Join(env.Out, name+".arrow"), texts, schema(sum.Poisoned != "")); err != nil {
			return err
		}
		sum.Splits[name] = counts
	}
	return stages.WriteJSON(filepath.Join(env.Out, SummaryFile), sum)
}

// Rows is how many texts a dataset has, in all splits.
func Rows(set *datasets.Set) int64 {
	n := 0
	for _, name := range datasets.SplitNames {
		n += set.Meta().Splits[name].Rows
	}
	return int64(n)
}

// reportEvery is the number of texts between two reports of progress.
const reportEvery = 256

func (s *Stage) encode(ctx context.Context, env *stages.Env, split *datasets.Split, v *vocabulary) ([]Text, Counts, error) {
	var counts Counts
	texts := make([]Text, 0, split.Len())
	for i := range split.Len() {
		if err := ctx.Err(); err != nil {
			return nil, counts, err
		}
		text, err := split.Text(i)
		if err != nil {
			return nil, counts, err
		}
		e, err := v.encode(text)
		if err != nil {
			return nil, counts, fmt.Errorf("text %s: %w", text.ID, err)
		}
		counts.add(e, s.params.MaxLength)
		texts = append(texts, e.Text)
		if len(texts)%reportEvery == 0 {
			env.Progress.Advance(reportEvery, split.Name())
		}
	}
	env.Progress.Advance(int64(split.Len()%reportEvery), split.Name())
	counts.Shares = counts.shares()
	return texts, counts, nil
}

// write writes the vocabulary and, if there are any, the word vectors.
func (v *vocabulary) write(dir string) error {
	err := stages.WriteFile(filepath.Join(dir, VocabularyFile), func(w io.Writer) error { return v.list.Write(w) })
	if err != nil || v.vectors == nil {
		return err
	}
	named := map[string]*tensor.Tensor{rationalizer.EmbeddingWeight: v.vectors}
	return safetensors.WriteFile(filepath.Join(dir, VectorsFile), named, nil)
}
