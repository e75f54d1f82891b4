package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"rationale/stages/infer"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// vectors are where the run's model may look words up: the table that its data
// was tokenized with, as long as that is still there.
func (r *trainedRun) vectors() (infer.Vectors, error) {
	digest, err := r.tableDigest()
	if err != nil || digest == "" {
		return infer.Vectors{}, err
	}
	run, err := r.folder(r.ID)
	if err != nil {
		return infer.Vectors{}, err
	}
	return infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) {
		table, _ := openTable(digest)
		return table, nil // the texts can do without, and the command says so
	}}, nil
}

// tableDigest is that of the table that the run's data was tokenized with; empty
// for vectors that were made up.
func (r *trainedRun) tableDigest() (string, error) {
	tokenized, err := r.tokenized()
	if err != nil {
		return "", err
	}
	return tokenized.Inputs[tokenize.VectorsRole].Digest, nil
}

// openTable opens the table with this digest. That another one, a damaged one or
// none is there is an error.
func openTable(digest string) (*embeddings.Table, error) {
	dir, err := embeddingsDir()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, embeddings.FileName)
	table, err := embeddings.Open(path)
	if err != nil {
		return nil, err
	}
	if table.Digest() != digest {
		return nil, errors.Join(fmt.Errorf("%s is another table than the one that the run was trained on (digest %.12s, expected %.12s); import that one again, or train on this one", path, table.Digest(), digest), table.Close())
	}
	return table, nil
}
