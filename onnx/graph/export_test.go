package graph

import (
	"errors"

	"rationale/onnx/tensor"
)

// At is the length when its symbols have the given values.
func (d Dim) At(values map[string]int64) int64 {
	if n, fixed := d.Fixed(); fixed {
		return n
	}
	coef, factors := Dim{coef: d.coef, syms: d.syms}.factors()
	n := coef
	for _, f := range factors {
		if factor := factorDim(f); factor == Sym(f) {
			n *= values[f]
		} else {
			n *= factor.At(values)
		}
	}
	return n + d.off
}

// ParseDim is parseDim for tests outside the package.
func ParseDim(s string) Dim { return parseDim(s) }

// RawBytes is rawBytes for tests outside the package.
func RawBytes(t *tensor.Tensor) []byte { return rawBytes(t) }

// DecodeTensor reads a tensor's message.
func DecodeTensor(b []byte) (*tensor.Tensor, error) {
	_, _, t, err := decodeTensor(b)
	if err == nil && t == nil {
		err = errors.New("a tensor of another kind")
	}
	return t, err
}
