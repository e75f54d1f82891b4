package tensor

import (
	"fmt"
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

// Element is the set of Go types a tensor can hold.
type Element interface {
	float32 | float64 | int32 | int64 | uint8 | bool
}

// kind is what there is to know of an element type. To add one is to add a
// constant, its Go type and an entry.
type kind struct {
	name  string
	size  int  // in bytes
	float bool // gradients can flow through values of this type
	// elements is how tensors hold the type; nil for one that none holds.
	elements *elements
}

var kinds = map[DType]kind{
	Invalid: {name: "invalid"},
	Float32: {"float32", 4, true, elementsOf(func(x float64) float32 { return float32(x) })},
	Float64: {"float64", 8, true, elementsOf(func(x float64) float64 { return x })},
	Int32:   {"int32", 4, false, elementsOf(func(x float64) int32 { return int32(x) })},
	Int64:   {"int64", 8, false, elementsOf(func(x float64) int64 { return int64(x) })},
	Uint8:   {"uint8", 1, false, elementsOf(func(x float64) uint8 { return uint8(x) })},
	Uint32:  {name: "uint32", size: 4},
	Bool:    {"bool", 1, false, elementsOf(func(x float64) bool { return x != 0 })},
}

// elements are the operations on a slice of one Go type, which a tensor keeps
// in an any.
type elements struct {
	zero  any // of the type
	make  func(n int64) any
	from  func(values []float64) any
	join  func(parts []any) any // one after another
	first func(data any) any    // the address of the first one, nil without any
	// block is n of them, a part of an array; see Tensor.Block.
	block func(data any, shape []int64, keep [][]int, n int64) any
	// cut is as many as n in the same memory, if there is room for them.
	cut func(data any, n int64) (cut any, enough bool)
}

func elementsOf[T Element](convert func(float64) T) *elements {
	var zero T
	return &elements{
		zero: zero,
		make: func(n int64) any { return make([]T, n) },
		from: func(values []float64) any {
			out := make([]T, len(values))
			for i, v := range values {
				out[i] = convert(v)
			}
			return out
		},
		join: func(parts []any) any {
			typed := make([][]T, len(parts))
			for i, p := range parts {
				typed[i] = p.([]T)
			}
			return slices.Concat(typed...)
		},
		first: func(data any) any {
			if d := data.([]T); len(d) > 0 {
				return &d[0]
			}
			return nil
		},
		block: func(data any, shape []int64, keep [][]int, n int64) any {
			return block(make([]T, 0, n), data.([]T), shape, keep)
		},
		cut: func(data any, n int64) (any, bool) {
			d := data.([]T)
			if int64(cap(d)) < n {
				return nil, false
			}
			return d[:n], true
		},
	}
}

// byZero finds an element type by the zero of its Go type.
var byZero = func() map[any]DType {
	found := map[any]DType{}
	for d, k := range kinds {
		if k.elements != nil {
			found[k.elements.zero] = d
		}
	}
	return found
}()

func dtypeOf[T Element]() DType {
	var zero T
	return byZero[zero]
}

// DTypes lists the element types that tensors hold, in ONNX's order.
func DTypes() []DType {
	var held []DType
	for _, d := range byZero {
		held = append(held, d)
	}
	slices.Sort(held)
	return held
}

// elements of the type, or an error when no tensor holds it.
func (d DType) elements() (*elements, error) {
	if e := kinds[d].elements; e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("tensor: no tensor holds elements of type %v", d)
}

// String gives the type's usual name, for example "float32".
func (d DType) String() string {
	if k, ok := kinds[d]; ok {
		return k.name
	}
	return fmt.Sprintf("dtype(%d)", int32(d))
}

// Size is the width of one element in bytes; 0 of an unknown type.
func (d DType) Size() int { return kinds[d].size }

// IsFloat reports whether gradients can flow through values of this type.
func (d DType) IsFloat() bool { return kinds[d].float }
