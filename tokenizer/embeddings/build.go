package embeddings

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"rationale/tokenizer"
)

// Format is a file format of word vectors.
type Format string

// The formats that Build reads.
const (
	// GloVe is text, one word a line: the word and its numbers, separated by
	// single spaces (glove.6B.100d.txt), with or without word2vec's header.
	GloVe Format = "glove"
	// Wink is the JSON of the npm packages wink-embeddings-sg-*: an object
	// whose "vectors" maps each word to its numbers and two more, the norm
	// and the word's index.
	Wink Format = "wink"
)

// DefaultDim is the number of numbers a word in the papers' vectors.
const DefaultDim = 100

// Input is a source of word vectors.
type Input struct {
	Reader io.Reader
	Format Format
	// Dim is the number of numbers a word; 0 means DefaultDim. A word with
	// more or fewer is an error.
	Dim int
	// Name is the source's name in errors, and what Table.Source gives.
	Name string
}

// reader is one format: read calls add for each word, and wraps what add
// refuses in the place where it stands; place names entry i for people.
type reader struct {
	read  func(r io.Reader, dim int, add func(word string, vector []float32) error) error
	place func(entry int) string
}

var readers = map[Format]reader{
	GloVe: {readGloVe, func(entry int) string { return fmt.Sprintf("line %d", entry+1) }},
	Wink:  {readWink, func(entry int) string { return fmt.Sprintf("word %d", entry+1) }},
}

// Build reads word vectors and writes them as a table to the file out, which
// is replaced in one step when all is well and left alone otherwise. The
// whole table is held in memory meanwhile: about three times its file.
// progress, if not nil, hears now and then how many words were read. An error
// names the source and the line or word.
func Build(ctx context.Context, in Input, out string, progress func(words int)) error {
	data, err := read(ctx, in, progress)
	if err != nil {
		return fmt.Errorf("embeddings: %s: %w", in.Name, err)
	}
	if err := writeFile(out, data); err != nil {
		return fmt.Errorf("embeddings: writing %s: %w", out, err)
	}
	return nil
}

// BuildFile is Build on a file, whose base name becomes the table's source.
func BuildFile(ctx context.Context, path string, format Format, out string, progress func(words int)) error {
	f, err := tokenizer.OpenFile(path, math.MaxInt64)
	if err != nil {
		return fmt.Errorf("embeddings: %w", err)
	}
	defer f.Close()
	return Build(ctx, Input{Reader: f, Format: format, Name: filepath.Base(path)}, out, progress)
}

func read(ctx context.Context, in Input, progress func(int)) ([]byte, error) {
	format, ok := readers[in.Format]
	if !ok {
		return nil, fmt.Errorf("unknown format %q, want %q or %q", in.Format, GloVe, Wink)
	}
	if in.Dim == 0 {
		in.Dim = DefaultDim
	}
	if in.Dim < 0 || in.Dim > maxDim {
		return nil, fmt.Errorf("%d numbers a word, want 1 to %d", in.Dim, maxDim)
	}
	if progress == nil {
		progress = func(int) {}
	}
	c := &collector{dim: in.Dim, ctx: ctx, progress: progress}
	text, err := unpacked(in.Reader)
	if err != nil {
		return nil, err
	}
	if err := format.read(text, in.Dim, c.add); err != nil {
		return nil, err
	}
	if len(c.words) == 0 {
		return nil, fmt.Errorf("no word in it; expected one word and its numbers a line")
	}
	progress(len(c.words))
	order, err := c.order(format.place)
	if err != nil {
		return nil, err
	}
	return c.encode(order, in.Name), ctx.Err()
}

// writeFile replaces path in one step and makes the new name last through a
// power cut.
func writeFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
