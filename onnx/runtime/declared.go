package runtime

import (
	"fmt"
	"math"
	"slices"

	"rationale/onnx/tensor"
)

// accepts compares a tensor with the declaration. The error starts with the
// name.
func (i Info) accepts(t *tensor.Tensor) error {
	if i.DType != tensor.Invalid && t.DType() != i.DType {
		return fmt.Errorf("%q wants %v, got %v %v", i.Name, i, t.DType(), t.Shape())
	}
	if i.Shape == nil {
		return nil
	}
	if len(t.Shape()) != len(i.Shape) {
		return fmt.Errorf("%q wants rank %d (%v), got rank %d %v", i.Name, len(i.Shape), i, len(t.Shape()), t.Shape())
	}
	for d, size := range t.Shape() {
		if i.Shape[d] >= 0 && size != i.Shape[d] {
			return fmt.Errorf("%q wants %d in dimension %d (%v), got %v", i.Name, i.Shape[d], d, i, t.Shape())
		}
	}
	return nil
}

// fixed reports whether the declaration leaves nothing open.
func (i Info) fixed() bool {
	return i.DType != tensor.Invalid && i.Shape != nil && !slices.Contains(i.Shape, -1)
}

// symbolSizes remembers the size of each symbolic dimension in a run, and the
// input that it came from.
type symbolSizes map[string]struct {
	size int64
	from string
}

func (sizes symbolSizes) agree(info Info, t *tensor.Tensor) error {
	for d, symbol := range info.Symbols {
		if symbol == "" {
			continue
		}
		size := t.Shape()[d]
		first, seen := sizes[symbol]
		if seen && first.size != size {
			return fmt.Errorf("%q has %s = %d (%v), but %q has %s = %d", info.Name, symbol, size, t.Shape(), first.from, symbol, first.size)
		}
		if !seen {
			first.size, first.from = size, info.Name
			sizes[symbol] = first
		}
	}
	return nil
}

// fit compares a tensor with the declaration and with the sizes so far.
func (sizes symbolSizes) fit(info Info, t *tensor.Tensor) error {
	if err := info.accepts(t); err != nil {
		return err
	}
	return sizes.agree(info, t)
}

// checkReturned holds a model to its word: onnxruntime itself only warns when
// a result has another shape than the model declares.
func (s *Session) checkReturned(out []*tensor.Tensor, sizes symbolSizes) error {
	for i, info := range s.signature.outputs {
		if err := sizes.fit(info, out[i]); err != nil {
			return s.errorf("the model does not return what it declares: output %w", err)
		}
	}
	return nil
}

// room makes the tensor of a fixed declaration, unless that alone would take
// the machine's memory.
func (i Info) room() (*tensor.Tensor, error) {
	if size, limit := i.bytes(), MachineMemory(); size > limit {
		return nil, fmt.Errorf("%q is declared as %v, %.3g GB; this machine has %.3g GB of memory", i.Name, i, gigabytes(size), gigabytes(limit))
	}
	return tensor.New(i.DType, i.Shape...)
}

// bytes is the size of a fixed declaration, the largest number if it is too
// large to tell.
func (i Info) bytes() int64 {
	n, err := tensor.Count(i.Shape)
	size := int64(i.DType.Size())
	if err != nil || n > math.MaxInt64/max(size, 1) {
		return math.MaxInt64
	}
	return n * size
}

func gigabytes(bytes int64) float64 { return float64(bytes) / 1e9 }
