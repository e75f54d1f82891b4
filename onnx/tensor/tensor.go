// Package tensor holds dense row-major arrays in the element types that the
// project's ONNX graphs use. It is the common currency of graph constants,
// runtime inputs and outputs, and checkpoints.
package tensor

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

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
	if err := wants(shape, len(data)); err != nil {
		return nil, err
	}
	return &Tensor{dtype: dtypeOf[T](), shape: slices.Clone(shape), data: data}, nil
}

// wants compares a shape with a number of elements.
func wants(shape []int64, elements int) error {
	n, err := Count(shape)
	if err == nil && n != int64(elements) {
		err = fmt.Errorf("tensor: shape %v wants %d elements, got %d", shape, n, elements)
	}
	return err
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
	e, err := dtype.elements()
	if err != nil {
		return nil, err
	}
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	return &Tensor{dtype: dtype, shape: slices.Clone(shape), data: e.make(n)}, nil
}

// FromFloat64 converts values to any element type, with the given shape. A bool
// is true for all but 0.
func FromFloat64(dtype DType, shape []int64, values []float64) (*Tensor, error) {
	e, err := dtype.elements()
	if err != nil {
		return nil, err
	}
	if err := wants(shape, len(values)); err != nil {
		return nil, err
	}
	return &Tensor{dtype: dtype, shape: slices.Clone(shape), data: e.from(values)}, nil
}

// Clone is a copy that shares nothing.
func (t *Tensor) Clone() *Tensor {
	return &Tensor{dtype: t.dtype, shape: slices.Clone(t.shape), data: kinds[t.dtype].elements.join([]any{t.data})}
}

// CloneAll copies tensors that have names.
func CloneAll(named map[string]*Tensor) map[string]*Tensor {
	clones := make(map[string]*Tensor, len(named))
	for name, t := range named {
		clones[name] = t.Clone()
	}
	return clones
}

// Stack copies tensors of one element type and shape into one, along a new
// leading axis.
func Stack(parts ...*Tensor) (*Tensor, error) {
	if len(parts) == 0 {
		return nil, errors.New("tensor: nothing to stack")
	}
	first, data := parts[0], make([]any, len(parts))
	for i, p := range parts {
		if p.dtype != first.dtype || !slices.Equal(p.shape, first.shape) {
			return nil, fmt.Errorf("tensor: %v%v cannot be stacked on %v%v", p.dtype, p.shape, first.dtype, first.shape)
		}
		data[i] = p.data
	}
	shape := append([]int64{int64(len(parts))}, first.shape...)
	return &Tensor{dtype: first.dtype, shape: shape, data: kinds[first.dtype].elements.join(data)}, nil
}

// Address is where the elements lie: the same for two tensors that start in
// the same memory, and nil without elements.
func (t *Tensor) Address() any { return kinds[t.dtype].elements.first(t.data) }

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
