package engine

import (
	"errors"
	"os"
	"syscall"
)

// fileSystem is every way in which the engine itself changes a disk. Errors name the
// path. Stages write their own files; the engine makes them durable.
type fileSystem interface {
	// MkdirAll makes a folder and its parents; it may exist.
	MkdirAll(dir string) error
	// WriteFile creates or overwrites a file and syncs it.
	WriteFile(name string, data []byte) error
	// Sync makes a file's content, or a folder's list of names, durable.
	Sync(name string) error
	// Rename moves a file or folder within the store.
	Rename(from, to string) error
	// RemoveAll removes a file or folder with all below it; it may be absent.
	RemoveAll(name string) error
}

// diskFS is the real fileSystem.
type diskFS struct{}

func (diskFS) MkdirAll(dir string) error    { return os.MkdirAll(dir, 0o755) }
func (diskFS) Rename(from, to string) error { return os.Rename(from, to) }
func (diskFS) RemoveAll(name string) error  { return os.RemoveAll(name) }

func (diskFS) WriteFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (diskFS) Sync(name string) error {
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
