package tensor

import (
	"fmt"
	"slices"
)

// Block copies a part of the tensor: along each axis the places that keep lists, in
// their order; all of them where it is nil or has no entry for the axis.
func (t *Tensor) Block(keep ...[]int) (*Tensor, error) {
	if len(keep) > len(t.shape) {
		return nil, fmt.Errorf("tensor: places along %d axes of shape %v", len(keep), t.shape)
	}
	shape, n := slices.Clone(t.shape), int64(1)
	for axis, places := range keep {
		if places == nil {
			continue
		}
		for _, at := range places {
			if at < 0 || int64(at) >= t.shape[axis] {
				return nil, fmt.Errorf("tensor: place %d along axis %d of shape %v", at, axis, t.shape)
			}
		}
		shape[axis] = int64(len(places))
	}
	for _, d := range shape {
		n *= d
	}
	return &Tensor{dtype: t.dtype, shape: shape, data: kinds[t.dtype].elements.block(t.data, t.shape, keep, n)}, nil
}

// block appends a part of data to out.
func block[T any](out, data []T, shape []int64, keep [][]int) []T {
	if !slices.ContainsFunc(keep, func(places []int) bool { return places != nil }) {
		return append(out, data...)
	}
	if len(data) == 0 {
		return out
	}
	stride := len(data) / int(shape[0])
	take := func(at int) { out = block(out, data[at*stride:][:stride], shape[1:], keep[1:]) }
	if keep[0] == nil {
		for at := range int(shape[0]) {
			take(at)
		}
		return out
	}
	for _, at := range keep[0] {
		take(at)
	}
	return out
}

// Within makes a tensor of a shape in t's memory, if that is enough, or else in memory
// of its own. Of t, which may be nil, nothing can be used any more. What the elements
// are is open.
func (t *Tensor) Within(dtype DType, shape ...int64) (*Tensor, error) {
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	if t != nil && t.dtype == dtype {
		if data, enough := kinds[dtype].elements.cut(t.data, n); enough {
			return &Tensor{dtype: dtype, shape: slices.Clone(shape), data: data}, nil
		}
	}
	return New(dtype, shape...)
}
