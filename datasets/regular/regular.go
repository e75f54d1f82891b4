// Package regular opens regular files and folders, and nothing else: a pipe or a
// device in their place is an error at once, not something to wait for.
package regular

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"rationale/datasets/quote"
)

// Files opens files by name: below a folder (os.Root) or Anywhere.
type Files interface {
	Stat(name string) (fs.FileInfo, error)
	OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error)
}

// Anywhere takes names for paths.
type Anywhere struct{}

// Stat is os.Stat.
func (Anywhere) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// OpenFile is os.OpenFile.
func (Anywhere) OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, mode)
}

// Open opens a regular file, or a link to one, for reading. Pipes, devices
// and the like are refused without being opened; one that takes the file's place
// in between is not waited for. shown is the path for messages.
func Open(in Files, name, shown string) (*os.File, error) {
	info, err := in.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := Want(shown, info); err != nil {
		return nil, err
	}
	file, err := in.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err == nil {
		err = Want(shown, info)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Want refuses everything but regular files, by name and kind.
func Want(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is not a regular file but %s; put what is to be read into a file", quote.Name(path), KindOf(info.Mode()))
}

// OpenFolder is os.OpenRoot, which would wait at a pipe.
func OpenFolder(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder but %s", quote.Name(path), KindOf(info.Mode()))
	}
	return os.OpenRoot(path)
}

// KindOf names what is not a regular file, and what is, with its article.
func KindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
