package tokenize

import (
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/tokenizer"
	"rationale/tokenizer/wordpiece"
)

// Reader prepares a text as those of a tokenized dataset were prepared. It is
// safe for concurrent use.
type Reader struct {
	summary    Summary
	vocabulary *vocabulary
}

// OpenReader reads vocabulary and settings of the tokenized dataset in a folder.
// The caller has checked the files' digests.
func OpenReader(dir string) (*Reader, error) {
	summary, err := ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	v, err := summary.vocabulary(filepath.Join(dir, VocabularyFile))
	if err != nil {
		return nil, err
	}
	return &Reader{summary, v}, nil
}

// vocabulary is the tokenizer behind the summary, from its file.
func (s Summary) vocabulary(path string) (v *vocabulary, err error) {
	defer stages.InFile(path, &err)
	if v, err = readVocabulary(path, s.Settings); err == nil && v.Digest() != s.Digest {
		err = fmt.Errorf("%s is not the vocabulary that dataset %s was tokenized with", path, s.Dataset)
	}
	return v, err
}

func readVocabulary(path string, s Settings) (*vocabulary, error) {
	if s.Tokenizer == WordPiece {
		t, err := wordpiece.LoadVocabulary(path, *s.WordPiece)
		if err != nil {
			return nil, err
		}
		return newPieces(t, s), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := tokenizer.ReadWords(f, path, s.Lower)
	if err != nil {
		return nil, err
	}
	return newWords(t, s), nil
}

// Summary says what the tokenizer made of the dataset.
func (r *Reader) Summary() Summary { return r.summary }

// Read prepares the words of a document, with those of a query or without. The
// text has no identifier, and its label is -1: nobody knows it. The counts say
// what was cut off and what has no id. A query that leaves no room for the
// document is an error.
func (r *Reader) Read(query, words []string) (Text, Counts, error) {
	var counts Counts
	e, err := r.vocabulary.encode(datasets.Text{Label: -1, Query: query, Tokens: words})
	if err != nil {
		return Text{}, counts, err
	}
	counts.add(e, r.summary.MaxLength)
	return e.Text, counts, nil
}
