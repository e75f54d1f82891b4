package tokenize

import (
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/tokenizer"
	"rationale/tokenizer/wordpiece"
)

// Reader reads any text as the texts of a tokenized dataset were read.
type Reader struct {
	Summary Summary
	read    *vocabulary
}

// OpenReader opens a tokenized dataset for its vocabulary and settings.
func OpenReader(dir string) (*Reader, error) {
	summary, err := ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	v, err := summary.vocabulary(filepath.Join(dir, VocabularyFile))
	if err != nil {
		return nil, err
	}
	if v.Digest() != summary.Digest {
		return nil, fmt.Errorf("%s is not the vocabulary that %s was tokenized with", filepath.Join(dir, VocabularyFile), summary.Dataset)
	}
	return &Reader{summary, v}, nil
}

// vocabulary is the tokenizer behind the summary.
func (s Summary) vocabulary(path string) (*vocabulary, error) {
	if s.Settings.Pieces != nil {
		t, err := wordpiece.LoadVocabulary(path, *s.Settings.Pieces)
		if err != nil {
			return nil, err
		}
		return pieces(t), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	words, err := tokenizer.ReadWords(f, path, s.Settings.Lower)
	if err != nil {
		return nil, err
	}
	return wholeWords(words), nil
}

// Reading is a text as a model reads it, and what of it the model does not see.
type Reading struct {
	Text
	Cut     int // pieces behind the maximum length
	Unknown int // pieces without an id of their own
}

// Read reads a document and its query (nil for none).
func (r *Reader) Read(query, words []string) (Reading, error) {
	e, err := r.read.encode(datasets.Text{Query: query, Tokens: words}, r.Summary.MaxLength)
	return Reading{Text: e.Text, Cut: e.cut(r.Summary.MaxLength), Unknown: e.unknown}, err
}
