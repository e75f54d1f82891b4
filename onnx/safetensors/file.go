package safetensors

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"rationale/onnx/tensor"
)

// File is a file whose header was read and checked. The tensors are read one by
// one, so that a large file takes no more memory than those that are wanted.
type File struct {
	path   string
	whole  []byte // mapped
	data   []byte // of it, what lies behind the header
	header header
}

// Open maps a regular file into memory and checks its header. Its errors, and those
// of File, name the file.
func Open(path string) (*File, error) {
	whole, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f := &File{path: path, whole: whole}
	if err := f.guard(f.readHeader); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// mapFile maps a file read-only. A pipe or device in its place is refused: reading
// it could last for ever.
func mapFile(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode().Type())
	case info.Size() == 0: // which cannot be mapped
		return nil, nil
	}
	whole, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	return whole, nil
}

func (f *File) readHeader() error {
	text, data, err := split(f.whole)
	if err != nil {
		return err
	}
	f.data = data
	f.header, err = parseHeader(text, int64(len(data)))
	return err
}

// guard does some work on the file. One that another program cuts short meanwhile
// makes an error of it and does not end this program.
func (f *File) guard(work func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }: // of a page that is not there any more
			err = fmt.Errorf("safetensors: %s changed while it was read", f.path)
		default:
			panic(fault)
		}
	}()
	if err := work(); err != nil {
		return fmt.Errorf("safetensors: %s is damaged or no safetensors file: %w", f.path, err)
	}
	return nil
}

// Names lists the tensors in the order of their data.
func (f *File) Names() []string {
	names := make([]string, len(f.header.entries))
	for i, e := range f.header.entries {
		names[i] = e.name
	}
	return names
}

// Metadata is nil when the file has none.
func (f *File) Metadata() map[string]string { return f.header.metadata }

// Tensor reads a tensor, a copy; nil when the file has none of that name.
func (f *File) Tensor(name string) (*tensor.Tensor, error) {
	for _, e := range f.header.entries {
		if e.name == name {
			return f.read(e)
		}
	}
	return nil, nil
}

func (f *File) read(e entry) (t *tensor.Tensor, err error) {
	err = f.guard(func() (err error) {
		t, err = decode(e, f.data[e.begin:e.end])
		return err
	})
	return t, err
}

// Close lets go of the file. Tensors that were read of it stay.
func (f *File) Close() error {
	whole := f.whole
	f.whole, f.data = nil, nil
	if whole == nil {
		return nil
	}
	return unix.Munmap(whole)
}
