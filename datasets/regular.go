package datasets

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"rationale/datasets/quote"
)

// files opens files by name: below a folder (os.Root) or anywhere (anywhere).
type files interface {
	Stat(name string) (fs.FileInfo, error)
	OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error)
}

type anywhere struct{}

func (anywhere) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }
func (anywhere) OpenFile(name string, flag int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, mode)
}

// openRegular opens a regular file, or a link to one, for reading. Pipes, devices
// and the like are refused without being opened; one that takes the file's place
// in between is not waited for. shown is the path for messages.
func openRegular(in files, name, shown string) (*os.File, error) {
	info, err := in.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := wantRegular(shown, info); err != nil {
		return nil, err
	}
	file, err := in.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err == nil {
		err = wantRegular(shown, info)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// wantRegular refuses everything but regular files, by name and kind.
func wantRegular(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is not a regular file but %s; put what is to be read into a file", quote.Name(path), kindOf(info.Mode()))
}

// openFolder is os.OpenRoot, which would wait at a pipe.
func openFolder(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder but %s", quote.Name(path), kindOf(info.Mode()))
	}
	return os.OpenRoot(path)
}

func kindOf(mode fs.FileMode) string {
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
