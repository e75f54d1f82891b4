package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"rationale/onnx/tensor"
)

// Read decodes a whole file. The tensors are copies; metadata is nil when the
// file has none.
func Read(b []byte) (tensors map[string]*tensor.Tensor, metadata map[string]string, err error) {
	tensors, metadata, err = read(b)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	return tensors, metadata, nil
}

// ReadFile is Read on a file, which its errors name.
func ReadFile(path string) (tensors map[string]*tensor.Tensor, metadata map[string]string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	tensors, metadata, err = read(b)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %s is damaged or no safetensors file: %w", path, err)
	}
	return tensors, metadata, nil
}

func read(b []byte) (map[string]*tensor.Tensor, map[string]string, error) {
	text, data, err := split(b)
	if err != nil {
		return nil, nil, err
	}
	h, err := parseHeader(text, int64(len(data)))
	if err != nil {
		return nil, nil, err
	}
	tensors := make(map[string]*tensor.Tensor, len(h.entries))
	for _, e := range h.entries {
		t, err := decode(e, data[e.begin:e.end])
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", e.name, err)
		}
		tensors[e.name] = t
	}
	return tensors, h.metadata, nil
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
	if e.dtype == tensor.Bool && slices.ContainsFunc(data, func(b byte) bool { return b > 1 }) {
		return nil, errors.New("a BOOL that is neither 0 nor 1")
	}
	return tensor.FromBytes(e.dtype, e.shape, data)
}
