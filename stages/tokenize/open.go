package tokenize

import (
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/tokenizer/embeddings"
	"rationale/tokenizer/wordpiece"
)

// OpenDataset opens an imported dataset's folder, for the role DatasetRole.
func OpenDataset(dir string) (stages.Opened, error) {
	set, err := datasets.OpenDir(dir)
	if err != nil {
		return nil, err // not set: a nil pointer in an interface is not nil
	}
	return set, nil
}

// OpenVectors opens the word-vector table in a folder, for the role VectorsRole.
func OpenVectors(dir string) (stages.Opened, error) {
	table, err := embeddings.Open(filepath.Join(dir, embeddings.FileName))
	if err != nil {
		return nil, err
	}
	return table, nil
}

// OpenVocabulary reads the WordPiece vocabulary in a folder, for the role
// VocabularyRole.
func OpenVocabulary(dir string) (stages.Opened, error) {
	t, err := wordpiece.Load(dir)
	if err != nil {
		return nil, err
	}
	return openedVocabulary{t}, nil
}

// openedVocabulary lies in memory, where nobody else can change it.
type openedVocabulary struct{ *wordpiece.Tokenizer }

func (openedVocabulary) Verify() error { return nil }
func (openedVocabulary) Close() error  { return nil }
