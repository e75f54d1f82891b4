// Package tokenize is the stage that turns a dataset's words into the ids
// that a model reads, with aligned rationales.
//
// Its output: train.arrow, dev.arrow and test.arrow (see Text), vocab.txt with
// the words behind the ids, vectors.safetensors with the frozen word vectors
// (embedding.weight [V,E], row 0 zero), and summary.json.
package tokenize

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/generate"
	"rationale/tokenizer"
	"rationale/tokenizer/embeddings"
)

// Names of the output files.
const (
	VocabularyFile = "vocab.txt"
	VectorsFile    = "vectors.safetensors"
	SummaryFile    = "summary.json"
)

// The roles of the stage's inputs.
const (
	DatasetRole    = "dataset"
	VectorsRole    = "vectors"    // for Words: a folder with a word-vector table; absent for random vectors
	VocabularyRole = "vocabulary" // for WordPiece: a folder that wordpiece.Load reads
)

// The tokenizers.
const (
	Words     = "words"     // one piece a word, for frozen word vectors; the default
	WordPiece = "wordpiece" // BERT's
)

// Params say how texts are read.
type Params struct {
	Dataset   string `json:"dataset"`
	MaxLength int    `json:"max_length"` // pieces kept of a text, separators included
	// Tokenizer is Words or WordPiece; empty means Words.
	Tokenizer string `json:"tokenizer,omitempty"`
	// RandomVectors seeds made-up word vectors of RandomWidth numbers, for
	// running without a table.
	RandomVectors uint64 `json:"random_vectors,omitempty"`
	RandomWidth   int    `json:"random_width,omitempty"`
}

// QueryLimit is how many tokens of a query are read (the papers' 32).
const QueryLimit = 32

// Stage tokenizes one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "tokenize".
func (*Stage) Name() string { return "tokenize" }

// Version of the output's form.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run reads the dataset twice: once for its words, once for its texts.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	dir, err := generate.Find(env.Inputs[DatasetRole], s.params.Dataset)
	if err != nil {
		return err
	}
	set, err := datasets.OpenDir(dir)
	if err != nil {
		return err
	}
	defer set.Close()
	words, vectors, coverage, err := s.vocabulary(env, set)
	if err != nil {
		return err
	}
	if err := writeVectors(filepath.Join(env.Out, VectorsFile), vectors); err != nil {
		return err
	}
	if err := writeVocabulary(filepath.Join(env.Out, VocabularyFile), words); err != nil {
		return err
	}
	return s.encodeAll(ctx, env, set, words, coverage)
}

// encodeAll writes the three splits and the summary.
func (s *Stage) encodeAll(ctx context.Context, env *stages.Env, set *datasets.Set, t tokenizer.Tokenizer, coverage tokenizer.Coverage) error {
	sum := newSummary(set.Meta(), t, s.params, coverage)
	total := 0
	for _, name := range datasets.SplitNames {
		total += set.Meta().Splits[name].Rows
	}
	env.Progress.Total(int64(total))
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return err
		}
		texts, counts, err := s.encode(ctx, env, split, t)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", name, s.params.Dataset, err)
		}
		if err := writeTexts(filepath.Join(env.Out, name+".arrow"), texts); err != nil {
			return err
		}
		sum.Splits[name] = counts
	}
	return sum.write(filepath.Join(env.Out, SummaryFile))
}

func (s *Stage) encode(ctx context.Context, env *stages.Env, split *datasets.Split, t tokenizer.Tokenizer) ([]Text, Counts, error) {
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
		encoded := encodeText(text, t, s.params.MaxLength)
		counts.add(encoded)
		texts = append(texts, encoded)
		if i%256 == 255 {
			env.Progress.Advance(256, split.Name())
		}
	}
	env.Progress.Advance(int64(split.Len()%256), split.Name())
	return texts, counts, nil
}

// encodeText reads query and document as one text: the query first, then a
// separator without a vector, then the document. Only document words carry a
// rationale.
func encodeText(text datasets.Text, t tokenizer.Tokenizer, limit int) Text {
	words, rationale := text.Tokens, text.Rationale
	lead := 0
	if len(text.Query) > 0 {
		query := text.Query[:min(len(text.Query), QueryLimit)]
		words = append(append(append([]string{}, query...), separator), text.Tokens...)
		lead = len(query) + 1
		if rationale != nil {
			rationale = append(make([]bool, lead), rationale...)
		}
	}
	e := t.Encode(words)
	out := Text{ID: text.ID, Label: int64(text.Label), Lead: lead, Words: len(words), Unknown: e.Unknown, Pieces: e.Len()}
	if rationale != nil {
		out.Gold = e.FromWords(rationale)
	}
	short, cut := e.Truncate(limit)
	out.GoldCut = countTrue(out.Gold, short.Len())
	out.Gold = cutTo(out.Gold, short.Len())
	out.IDs, out.Word, out.Cut = short.IDs, short.Word, cut
	return out
}

// separator stands between query and document; no vocabulary has it, so it
// reads as a zero vector.
const separator = "\x1e"

func countTrue(gold []bool, from int) int {
	n := 0
	for i := from; i < len(gold); i++ {
		if gold[i] {
			n++
		}
	}
	return n
}

func cutTo(gold []bool, n int) []bool {
	if gold == nil {
		return nil
	}
	return gold[:n]
}

// vocabulary lists the dataset's words that have a vector, and their vectors.
// The vectors are frozen, so it may cover all splits.
func (s *Stage) vocabulary(env *stages.Env, set *datasets.Set) (*tokenizer.Words, *tensor.Tensor, tokenizer.Coverage, error) {
	table, err := s.table(env)
	if err != nil {
		return nil, nil, tokenizer.Coverage{}, err
	}
	var readErr error
	known := func(w string) bool { return w != separator }
	if table != nil {
		defer table.Close()
		known = table.Contains
	}
	list, coverage := tokenizer.CountWords(allWords(set, &readErr), set.Meta().Lower, known)
	if readErr != nil {
		return nil, nil, coverage, readErr
	}
	if table == nil {
		if table, err = embeddings.Random(list, s.params.RandomWidth, s.params.RandomVectors); err != nil {
			return nil, nil, coverage, err
		}
	}
	words, err := tokenizer.NewWords(list, set.Meta().Lower)
	if err != nil {
		return nil, nil, coverage, err
	}
	vectors, err := gather(table, list)
	return words, vectors, coverage, err
}

// table opens the word vectors; nil when they are to be made up.
func (s *Stage) table(env *stages.Env) (*embeddings.Table, error) {
	dir, ok := env.Inputs[VectorsRole]
	if !ok {
		return nil, nil
	}
	return embeddings.Open(filepath.Join(dir, embeddings.FileName))
}

// allWords yields every text and query of the dataset.
func allWords(set *datasets.Set, failed *error) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, name := range datasets.SplitNames {
			split, err := set.Split(name)
			if err != nil {
				*failed = err
				return
			}
			for i := range split.Len() {
				text, err := split.Text(i)
				if err != nil {
					*failed = err
					return
				}
				if !yield(text.Tokens) || (len(text.Query) > 0 && !yield(text.Query)) {
					return
				}
			}
		}
	}
}

// gather stacks the words' vectors below a row of zeros.
func gather(table *embeddings.Table, words []string) (*tensor.Tensor, error) {
	width := table.Dim()
	data := make([]float32, width, (len(words)+1)*width)
	for _, w := range words {
		v, ok := table.Lookup(w)
		if !ok {
			return nil, fmt.Errorf("the word vectors lost %q", w)
		}
		data = append(data, v...)
	}
	return tensor.Of([]int64{int64(len(words) + 1), int64(width)}, data)
}

func writeVectors(path string, vectors *tensor.Tensor) error {
	named := map[string]*tensor.Tensor{rationalizer.EmbeddingWeight: vectors}
	return safetensors.WriteFile(path, named, nil)
}

func writeVocabulary(path string, words *tokenizer.Words) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := words.Vocabulary().Write(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}

// ReadVectors reads the word vectors of a tokenized dataset.
func ReadVectors(dir string) (*tensor.Tensor, error) {
	path := filepath.Join(dir, VectorsFile)
	named, _, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v, ok := named[rationalizer.EmbeddingWeight]
	if !ok || v.DType() != tensor.Float32 || len(v.Shape()) != 2 {
		return nil, fmt.Errorf("%s: no float32 matrix %s in it", path, rationalizer.EmbeddingWeight)
	}
	return v, nil
}
