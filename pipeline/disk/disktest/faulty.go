// Package disktest has file systems for tests.
package disktest

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"rationale/pipeline/disk"
)

// Lazy does not wait for the disk, which makes tests that do not measure
// durability many times faster.
type Lazy struct{ disk.Real }

// Sync implements disk.FS.
func (Lazy) Sync(name string) error {
	_, err := os.Stat(name)
	return err
}

// WriteFile implements disk.FS.
func (Lazy) WriteFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// Faulty fails the FailAt-th call with a full disk, and all later ones as well
// if the disk Stays full. A failing write leaves half of its data behind.
type Faulty struct {
	disk.FS
	FailAt int
	Stays  bool
	// Failed is the path that the first failed call was about.
	Failed string

	calls int
}

func (f *Faulty) fail(op, path string) error {
	f.calls++
	if f.calls == f.FailAt || f.Stays && f.calls > f.FailAt {
		if f.Failed == "" {
			f.Failed = path
		}
		return &fs.PathError{Op: op, Path: path, Err: syscall.ENOSPC}
	}
	return nil
}

// MkdirAll implements disk.FS.
func (f *Faulty) MkdirAll(dir string) error {
	if err := f.fail("mkdir", dir); err != nil {
		return err
	}
	return f.FS.MkdirAll(dir)
}

// WriteFile implements disk.FS.
func (f *Faulty) WriteFile(name string, data []byte) error {
	if err := f.fail("write", name); err != nil {
		return errors.Join(err, f.FS.WriteFile(name, data[:len(data)/2]))
	}
	return f.FS.WriteFile(name, data)
}

// Sync implements disk.FS.
func (f *Faulty) Sync(name string) error {
	if err := f.fail("sync", name); err != nil {
		return err
	}
	return f.FS.Sync(name)
}

// Rename implements disk.FS.
func (f *Faulty) Rename(from, to string) error {
	if err := f.fail("rename", from); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

// RemoveAll implements disk.FS.
func (f *Faulty) RemoveAll(name string) error {
	if err := f.fail("remove", name); err != nil {
		return err
	}
	return f.FS.RemoveAll(name)
}
