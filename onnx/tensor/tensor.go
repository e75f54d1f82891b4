// Package tensor holds dense row-major arrays in the element types that the
// project's ONNX graphs use. It is the common currency of graph constants,
// runtime inputs and outputs, and checkpoints.
package tensor

import (
	"fmt"
	"math"
	"slices"
)

// DType is an element type, numbered as in ONNX's TensorProto.DataType.
type DType int32

// The element types in use.
const (
	Invalid DType = 0
	Float32 DType = 1
	Uint8   DType = 2
	Int32   DType = 6
	Int64   DType = 7
	Bool    DType = 9
	Float64 DType = 11
	Uint32  DType = 12 // of values inside a graph; no tensor holds it
)

var dtypeNames = map[DType]string{
	Invalid: "invalid", Float32: "float32", Uint8: "uint8", Int32: "int32",
	Int64: "int64", Bool: "bool", Float64: "float64", Uint32: "uint32",
}

// String gives the type's usual name, for example "float32".
func (d DType) String() string {
	if name, ok := dtypeNames[d]; ok {
		return name
	}
	return fmt.Sprintf("dtype(%d)", int32(d))
}

// Size is the width of one element in bytes.
func (d DType) Size() int {
	switch d {
	case Float64, Int64:
		return 8
	case Float32, Int32, Uint32:
		return 4
	case Uint8, Bool:
		return 1
	}
	return 0
}

// IsFloat reports whether gradients can flow through values of this type.
func (d DType) IsFloat() bool { return d == Float32 || d == Float64 }

// Element is the set of Go types a tensor can hold.
type Element interface {
	float32 | float64 | int32 | int64 | uint8 | bool
}

// Tensor is a dense array in row-major order. The zero value is not usable;
// make one with Of, New or Scalar.
type Tensor struct {
	dtype DType
	shape []int64
	data  any
}

// Of wraps data without copying it. It fails when the shape's element count
// differs from len(data) or a dimension is negative.
func Of[T Element](shape []int64, data []T) (*Tensor, error) {
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	if n != int64(len(data)) {
		return nil, fmt.Errorf("tensor: shape %v wants %d elements, got %d", shape, n, len(data))
	}
	return &Tensor{dtype: dtypeOf[T](), shape: slices.Clone(shape), data: data}, nil
}

// Vector wraps data as a one-dimensional tensor.
func Vector[T Element](data []T) *Tensor {
	return &Tensor{dtype: dtypeOf[T](), shape: []int64{int64(len(data))}, data: data}
}

// Scalar makes a rank-0 tensor.
func Scalar[T Element](x T) *Tensor {
	return &Tensor{dtype: dtypeOf[T](), shape: []int64{}, data: []T{x}}
}

// New makes a tensor of zeros.
func New(dtype DType, shape ...int64) (*Tensor, error) {
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	t := &Tensor{dtype: dtype, shape: slices.Clone(shape)}
	switch dtype {
	case Float32:
		t.data = make([]float32, n)
	case Float64:
		t.data = make([]float64, n)
	case Int32:
		t.data = make([]int32, n)
	case Int64:
		t.data = make([]int64, n)
	case Uint8:
		t.data = make([]uint8, n)
	case Bool:
		t.data = make([]bool, n)
	default:
		return nil, fmt.Errorf("tensor: no storage for element type %v", dtype)
	}
	return t, nil
}

// FromFloat64 converts values to dtype (Float32 or Float64) with the given shape.
func FromFloat64(dtype DType, shape []int64, values []float64) (*Tensor, error) {
	switch dtype {
	case Float64:
		return Of(shape, slices.Clone(values))
	case Float32:
		out := make([]float32, len(values))
		for i, v := range values {
			out[i] = float32(v)
		}
		return Of(shape, out)
	}
	return nil, fmt.Errorf("tensor: FromFloat64 cannot make %v", dtype)
}

// DType is the element type.
func (t *Tensor) DType() DType { return t.dtype }

// Shape is the list of dimensions; do not modify it.
func (t *Tensor) Shape() []int64 { return t.shape }

// Len is the number of elements.
func (t *Tensor) Len() int {
	n := int64(1)
	for _, d := range t.shape {
		n *= d
	}
	return int(n)
}

// Data returns the backing slice, which is shared with the tensor. It is nil
// when T is not the tensor's element type.
func Data[T Element](t *Tensor) []T {
	s, _ := t.data.([]T)
	return s
}

// Float64s copies a floating-point tensor into float64; nil for other types.
func (t *Tensor) Float64s() []float64 {
	switch d := t.data.(type) {
	case []float64:
		return slices.Clone(d)
	case []float32:
		out := make([]float64, len(d))
		for i, v := range d {
			out[i] = float64(v)
		}
		return out
	}
	return nil
}

// Finite tells whether no element is NaN or infinite.
func (t *Tensor) Finite() bool {
	switch data := t.data.(type) {
	case []float32:
		return finite(data)
	case []float64:
		return finite(data)
	}
	return true
}

func finite[T float32 | float64](data []T) bool {
	for _, x := range data {
		if x-x != 0 {
			return false
		}
	}
	return true
}

// Count is the number of elements of a shape, checked for negative dimensions
// and overflow.
func Count(shape []int64) (int64, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("tensor: negative dimension in shape %v", shape)
		}
		if d > 0 && n > math.MaxInt64/d {
			return 0, fmt.Errorf("tensor: shape %v overflows", shape)
		}
		n *= d
	}
	return n, nil
}

func dtypeOf[T Element]() DType {
	var zero T
	switch any(zero).(type) {
	case float32:
		return Float32
	case float64:
		return Float64
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	default:
		return Bool
	}
}
