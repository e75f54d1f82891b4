package disk

import (
	"errors"
	"os"
	"syscall"
)

// FS is every way in which the engine and the outputs change a disk. Errors
// name the path. Stages write their own files; the engine makes them durable.
type FS interface {
	// MkdirAll makes a folder and its parents; it may exist.
	MkdirAll(dir string) error
	// WriteFile creates or overwrites a regular file and syncs it. It follows
	// no link, and a file that is overwritten with what it holds is never
	// shorter in between.
	WriteFile(name string, data []byte) error
	// Sync makes a file's content, or a folder's list of names, durable.
	Sync(name string) error
	// Rename moves a file or folder within a file system.
	Rename(from, to string) error
	// RemoveAll removes a file or folder with all below it; it may be absent.
	RemoveAll(name string) error
}

// Real is the FS of the machine.
type Real struct{}

// MkdirAll implements FS.
func (Real) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o755) }

// Rename implements FS.
func (Real) Rename(from, to string) error { return os.Rename(from, to) }

// RemoveAll implements FS. Links are removed, not followed.
func (Real) RemoveAll(name string) error { return os.RemoveAll(name) }

// WriteFile implements FS.
func (Real) WriteFile(name string, data []byte) error {
	f, err := openRegular(name, os.O_WRONLY|os.O_CREATE)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Truncate(int64(len(data)))
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Sync implements FS.
func (Real) Sync(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // some file systems cannot sync a folder; nothing more can be done there
	}
	return errors.Join(err, f.Close())
}
