package tensor

import (
	"fmt"
	"slices"
)

// Sum is Σ_k weights[k]·parts[k] of floating-point tensors of one shape, added up in
// their order. A weight of 1 leaves a part as it is.
func Sum(parts []*Tensor, weights []float64) (*Tensor, error) {
	if len(parts) == 0 || len(parts) != len(weights) {
		return nil, fmt.Errorf("tensor: %d weights for %d parts of a sum", len(weights), len(parts))
	}
	first := parts[0]
	for _, p := range parts {
		if p.dtype != first.dtype || !slices.Equal(p.shape, first.shape) {
			return nil, fmt.Errorf("tensor: %v%v cannot be added to %v%v", p.dtype, p.shape, first.dtype, first.shape)
		}
	}
	switch first.dtype {
	case Float32:
		return sum[float32](parts, weights)
	case Float64:
		return sum[float64](parts, weights)
	}
	return nil, fmt.Errorf("tensor: %v has no sums", first.dtype)
}

func sum[T float32 | float64](parts []*Tensor, weights []float64) (*Tensor, error) {
	out := make([]T, parts[0].Len())
	for k, p := range parts {
		w := T(weights[k])
		for i, x := range Data[T](p) {
			out[i] += w * x
		}
	}
	return Of(parts[0].shape, out)
}
