package tokenize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
	"unicode"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/checkpoint"
	"rationale/tokenizer"
	"rationale/tokenizer/embeddings"
	"rationale/tokenizer/wordpiece"
)

// vocabulary is a tokenizer with all that the stage needs to know of it.
type vocabulary struct {
	tokenizer.Tokenizer
	settings Settings
	marks    marks
	unknown  int32                 // id of the pieces that have none of their own
	gap      int32                 // of Reader.Gap
	list     *tokenizer.Vocabulary // the entries behind the ids
	coverage tokenizer.Coverage    // of word vectors
	vectors  *tensor.Tensor        // [V,E]; nil for pieces without a checkpoint
	random   bool                  // the vectors are made up
	source   string                // where the vectors came from
}

// width is how many numbers a word vector has; 0 without any.
func (v *vocabulary) width() int {
	if v.vectors == nil {
		return 0
	}
	return int(v.vectors.Shape()[1])
}

// newPieces reads texts with BERT's tokenizer.
func newPieces(t *wordpiece.Tokenizer, s Settings) *vocabulary {
	ids := t.Specials()
	separator := []int32{ids.Separator}
	gap := ids.Mask
	if gap < 0 {
		gap = ids.Unknown
	}
	return &vocabulary{
		Tokenizer: t, settings: s, list: t.Vocabulary(), unknown: ids.Unknown, gap: gap,
		marks: marks{open: []int32{ids.Class}, between: separator, close: separator},
	}
}

// newWords reads texts word by word. Query and document are parted by a zero
// vector.
func newWords(t *tokenizer.Words, s Settings) *vocabulary {
	return &vocabulary{
		Tokenizer: t, settings: s, list: t.Vocabulary(), unknown: tokenizer.UnknownWord, gap: tokenizer.UnknownWord,
		marks: marks{between: []int32{tokenizer.UnknownWord}},
	}
}

// loadPieces is the tokenizer that the stage was given, with the vectors of its
// pieces where a checkpoint has them.
func (s *Stage) loadPieces(env *stages.Env, meta datasets.Meta) (*vocabulary, error) {
	folder, err := checkpoint.Of(env)
	if err != nil {
		return nil, err
	}
	if folder != nil {
		v := newPieces(folder.Tokenizer, s.params.inPieces(meta, folder.Tokenizer.Settings()))
		v.vectors, v.source = folder.Words(), s.params.Checkpoint
		return v, nil
	}
	if env.Opened[VocabularyRole] == nil {
		return nil, fmt.Errorf("the tokenizer %s needs a vocabulary; none is given", WordPiece)
	}
	t, err := stages.OpenedAs[openedVocabulary](env, VocabularyRole)
	if err != nil {
		return nil, err
	}
	return newPieces(t.Tokenizer, s.params.inPieces(meta, t.Settings())), nil
}

// collectWords lists the dataset's words that have a vector. The vectors are
// frozen, so the list may cover all splits.
func (s *Stage) collectWords(ctx context.Context, env *stages.Env, set *datasets.Set) (*vocabulary, error) {
	known := oneWord
	var table *embeddings.Table
	given := env.Opened[VectorsRole] != nil
	if given {
		var err error
		if table, err = stages.OpenedAs[*embeddings.Table](env, VectorsRole); err != nil {
			return nil, err
		}
		known = func(word string) bool { return oneWord(word) && table.Contains(word) }
	}
	list, coverage, err := countWords(ctx, set, known)
	if err != nil {
		return nil, err
	}
	if table == nil {
		if table, err = s.madeUp(list); err != nil {
			return nil, err
		}
	}
	words, err := tokenizer.NewWords(list, set.Meta().Lower)
	if err != nil {
		return nil, err
	}
	v := newWords(words, s.params.inWords(set.Meta()))
	v.coverage, v.random, v.source = coverage, !given, table.Source()
	v.vectors, err = matrix(list, table)
	return v, err
}

func countWords(ctx context.Context, set *datasets.Set, known func(string) bool) ([]string, tokenizer.Coverage, error) {
	var failed error
	list, coverage := tokenizer.CountWords(allWords(ctx, set, &failed), set.Meta().Lower, known)
	return list, coverage, failed
}

// oneWord refuses tokens with white space inside, which a word list cannot
// hold.
func oneWord(word string) bool { return !strings.ContainsFunc(word, unicode.IsSpace) }

// madeUp gives each word a random vector.
func (s *Stage) madeUp(words []string) (*embeddings.Table, error) {
	if s.params.RandomWidth < 1 {
		return nil, errors.New("there are neither word vectors nor a width for random ones; set random_width or give a table")
	}
	return embeddings.Random(words, s.params.RandomWidth, s.params.RandomVectors)
}

// matrix holds the vectors of the words [V,E], row 0 zero.
func matrix(list []string, table *embeddings.Table) (*tensor.Tensor, error) {
	data, err := table.Matrix(list)
	if err != nil {
		return nil, err
	}
	return tensor.Of([]int64{int64(len(list) + 1), int64(table.Dim())}, data)
}

// allWords yields every text and query of the dataset, until one cannot be
// read or ctx ends.
func allWords(ctx context.Context, set *datasets.Set, failed *error) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, name := range datasets.SplitNames {
			split, err := set.Split(name)
			if err != nil {
				*failed = err
				return
			}
			for i := range split.Len() {
				text, err := split.Text(i)
				if err = errors.Join(err, ctx.Err()); err != nil {
					*failed = err
					return
				}
				if !yield(text.Tokens) || !yield(text.Query) {
					return
				}
			}
		}
	}
}

// ReadVectors reads the vectors [V,E] of a tokenized dataset's words, or of its
// pieces. Of one that was read in pieces without a checkpoint it says that there are
// none.
func ReadVectors(dir string) (vectors *tensor.Tensor, err error) {
	path := filepath.Join(dir, VectorsFile)
	defer stages.InFile(path, &err)
	named, _, err := safetensors.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if sum, err := ReadSummary(dir); err == nil && sum.Tokenizer != Words {
			return nil, fmt.Errorf("dataset %s was tokenized with %s, whose pieces have no frozen vectors; the GRU encoder reads word vectors: tokenize with --tokenizer %s",
				sum.Dataset, sum.Tokenizer, Words)
		}
	}
	if err != nil {
		return nil, err
	}
	v, ok := named[rationalizer.EmbeddingWeight]
	if !ok || v.DType() != tensor.Float32 || len(v.Shape()) != 2 {
		return nil, fmt.Errorf("%s: no float32 matrix %s in it", path, rationalizer.EmbeddingWeight)
	}
	if !v.Finite() {
		return nil, fmt.Errorf("%s: NaN or infinity in %s; expected finite numbers", path, rationalizer.EmbeddingWeight)
	}
	return v, nil
}
