// Package safetensors reads and writes the safetensors format: an 8-byte
// little-endian header length, a JSON header that says where each named
// tensor lies, and the tensors' elements, little-endian and row-major, one
// after another. A reader trusts nothing in a file: whatever is ambiguous,
// out of bounds, overlapping, or unaccounted for is an error.
package safetensors

import (
	"rationale/onnx/tensor"
)

const (
	// maxHeader is the format's own limit on the JSON header in bytes.
	maxHeader = 100_000_000
	// prefixSize is the width of the header length in bytes.
	prefixSize = 8
	// alignment of the data's start; the header is padded with spaces to it.
	alignment = 8
	// metadataKey is the header's entry that is no tensor.
	metadataKey = "__metadata__"
)

// dtypeNames are the format's names of the element types in use.
var dtypeNames = map[tensor.DType]string{
	tensor.Float64: "F64", tensor.Int64: "I64",
	tensor.Float32: "F32", tensor.Int32: "I32",
	tensor.Uint8: "U8", tensor.Bool: "BOOL",
}

var dtypes = func() map[string]tensor.DType {
	byName := make(map[string]tensor.DType, len(dtypeNames))
	for dtype, name := range dtypeNames {
		byName[name] = dtype
	}
	return byName
}()
