package main

import (
	"path/filepath"

	"rationale/stages/infer"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer/embeddings"
)

// vectors are where the run's model may look words up: the table that its data
// was tokenized with, as long as that is still there.
func (r *trainedRun) vectors() (infer.Vectors, error) {
	tokenized, err := r.store.Verify(r.manifest.Inputs[train.DataRole].Artifact)
	if err != nil {
		return infer.Vectors{}, withAgain(r.store, err)
	}
	used, ok := tokenized.Inputs[tokenize.VectorsRole]
	if !ok {
		return infer.Vectors{}, nil // vectors that were made up
	}
	run, err := r.folder(r.ID)
	if err != nil {
		return infer.Vectors{}, err
	}
	return infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) { return openTable(used.Digest) }}, nil
}

// openTable opens the table with this digest; nil when another one, a damaged one
// or none is there.
func openTable(digest string) (*embeddings.Table, error) {
	dir, err := embeddingsDir()
	if err != nil {
		return nil, err
	}
	table, err := embeddings.Open(filepath.Join(dir, embeddings.FileName))
	if err != nil {
		return nil, nil // the texts can do without, and the command says so
	}
	if table.Digest() != digest {
		return nil, table.Close()
	}
	return table, nil
}
