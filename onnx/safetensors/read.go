package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// Read decodes a whole file. The tensors are copies; metadata is nil when the
// file has none.
func Read(b []byte) (tensors map[string]*tensor.Tensor, metadata map[string]string, err error) {
	f := &File{whole: b}
	if err := f.readHeader(); err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	tensors, err = f.all(func(e entry) (*tensor.Tensor, error) { return decode(e, f.data[e.begin:e.end]) })
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	return tensors, f.header.metadata, nil
}

// ReadFile is Read on a file, which its errors name.
func ReadFile(path string) (tensors map[string]*tensor.Tensor, metadata map[string]string, err error) {
	f, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	tensors, err = f.all(f.read)
	if err != nil {
		return nil, nil, err
	}
	return tensors, f.header.metadata, nil
}

// all are all tensors of the file by name.
func (f *File) all(read func(entry) (*tensor.Tensor, error)) (map[string]*tensor.Tensor, error) {
	tensors := make(map[string]*tensor.Tensor, len(f.header.entries))
	for _, e := range f.header.entries {
		t, err := read(e)
		if err != nil {
			return nil, err
		}
		tensors[e.name] = t
	}
	return tensors, nil
}

// split separates the header's text from the data.
func split(b []byte) (text, data []byte, err error) {
	if len(b) < prefixSize {
		return nil, nil, fmt.Errorf("%d bytes are too few for a header", len(b))
	}
	size, rest := binary.LittleEndian.Uint64(b), b[prefixSize:]
	if size > maxHeader {
		return nil, nil, fmt.Errorf("a header of %d bytes is over the limit of %d", size, maxHeader)
	}
	if size > uint64(len(rest)) {
		return nil, nil, fmt.Errorf("a header of %d bytes is announced, but only %d bytes follow", size, len(rest))
	}
	return rest[:size], rest[size:], nil
}

func decode(e entry, data []byte) (*tensor.Tensor, error) {
	t, err := tensor.FromBytes(e.dtype, e.shape, data)
	if e.dtype == tensor.Bool && slices.ContainsFunc(data, func(b byte) bool { return b > 1 }) {
		err = errors.New("a BOOL that is neither 0 nor 1")
	}
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", e.name, err)
	}
	return t, nil
}
