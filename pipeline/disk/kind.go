package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ForeignError is about something that the program did not make and that
// stands where it wants to write. It has been left as it was.
type ForeignError struct {
	Path string
	Why  string // "is a symbolic link", "holds notes.txt, which rationale did not make", …
	Do   string // what helps
}

func (e *ForeignError) Error() string { return e.Path + " " + e.Why + "; " + e.Do }

// kinds names what is neither a file nor a folder, for people.
var kinds = []struct {
	mode fs.FileMode
	name string
}{
	{fs.ModeSymlink, "a symbolic link"}, {fs.ModeDir, "a folder"}, {fs.ModeNamedPipe, "a named pipe"},
	{fs.ModeSocket, "a socket"}, {fs.ModeDevice, "a device"}, {fs.ModeIrregular, "no regular file"},
}

func kind(mode fs.FileMode) string {
	for _, k := range kinds {
		if mode&k.mode != 0 {
			return k.name
		}
	}
	return "a file"
}

// FileOrNothing is an error unless a regular file or nothing stands at path:
// rationale writes nowhere else. It follows no link at path itself; folders on
// the way there may be links.
func FileOrNothing(path string) error {
	return check(path, fs.FileMode.IsRegular, "rationale writes only to regular files: name another one, or remove it")
}

// FolderOrNothing is an error unless a folder, not a link to one, or nothing
// stands at path.
func FolderOrNothing(path string) error {
	return check(path, fs.FileMode.IsDir, "a folder is expected there: remove it, or name another one")
}

func check(path string, good func(fs.FileMode) bool, do string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !good(info.Mode()):
		return &ForeignError{Path: path, Why: "is " + kind(info.Mode()), Do: do}
	}
	return nil
}

// Folder makes a folder of the program's own, which may be there but not as a
// link.
func Folder(fsys FS, dir string) error {
	if err := FolderOrNothing(dir); err != nil {
		return err
	}
	return fsys.MkdirAll(dir)
}

// openRegular opens a regular file. It follows no link and waits for nobody at
// the other end of a pipe.
func openRegular(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o644)
	if err != nil {
		if foreign := FileOrNothing(name); foreign != nil {
			err = foreign
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &ForeignError{name, "is " + kind(info.Mode()), "a regular file is expected there"}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadFile reads a regular file of at most limit bytes: a link, a pipe or a
// device in its place is an error, not something to wait for.
func ReadFile(name string, limit int64) ([]byte, error) {
	f, err := openRegular(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}
