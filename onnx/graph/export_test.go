package graph

import (
	"errors"

	"rationale/onnx/tensor"
)

// ParseDim is parseDim for tests outside the package.
func ParseDim(s string) Dim { return parseDim(s) }

// DecodeTensor reads a tensor's message.
func DecodeTensor(b []byte) (*tensor.Tensor, error) {
	_, _, t, err := decodeTensor(b)
	if err == nil && t == nil {
		err = errors.New("a tensor of another kind")
	}
	return t, err
}
