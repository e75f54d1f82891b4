package tokenizer

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// OpenFile opens a regular file, or a link to one, of at most limit bytes.
// Pipes, devices and the like are refused without being opened; one that takes
// the file's place in between is not waited for.
func OpenFile(path string, limit int64) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkFile(path, info, limit); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = checkFile(path, info, limit)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkFile(path string, info fs.FileInfo, limit int64) error {
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file (%v); put what is to be read into a file", path, info.Mode().Type())
	case info.Size() > limit:
		return fmt.Errorf("%s has %d bytes; at most %d are read: is it the right file?", path, info.Size(), limit)
	}
	return nil
}

// ReadFile reads a file of text that OpenFile opens, without a byte order mark, and
// no more than limit bytes of it however it grows meanwhile.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := OpenFile(path, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}
