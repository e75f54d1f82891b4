package runtime

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// The largest files that are read. Neither comes near: protobuf, the format
// of models, ends at 2 GiB, and a library with all of CUDA's kernels in it is
// a fraction of that.
const maxModel, maxLibrary = 2 << 30, 4 << 30

// ReadModel reads a model's file.
func ReadModel(path string) ([]byte, error) {
	f, err := openRegular(path, maxModel)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxModel))
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	return data, nil
}

// openRegular opens a file for reading, unless it is something that has no
// end or waits for somebody else: a device, a pipe, a socket. The file itself
// is asked once it is open, and opening does not wait.
func openRegular(path string, limit int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = fmt.Errorf("runtime: %w", err)
	case !info.Mode().IsRegular():
		err = fmt.Errorf("runtime: %s is not a regular file (%v); put the file itself there", path, info.Mode().Type())
	case info.Size() > limit:
		err = fmt.Errorf("runtime: %s has %d bytes; at most %d are read", path, info.Size(), limit)
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}
