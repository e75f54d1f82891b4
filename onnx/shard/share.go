package shard

import (
	"fmt"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Share is a shard of a batch.
type Share struct {
	Rows []int // which of the batch's examples it has
	// Lengths are the shard's of Axes, by symbol.
	Lengths map[string]int64
}

// Take is a shard's part of what the batch gives for an input: its own examples, in
// the shard's own frame. An axis of c·B holds the B examples c times over, one time
// behind the other.
func (p *Plan) Take(s Share, input *graph.Value, batch *tensor.Tensor) (*tensor.Tensor, error) {
	keep := make([][]int, len(input.Shape))
	for axis, d := range input.Shape {
		if axis >= len(batch.Shape()) {
			break // Block finds the axis to be one too many
		}
		n, have := d.At(s.Lengths), batch.Shape()[axis]
		switch {
		case slices.Contains(d.Symbols(), p.axes.Examples):
			keep[axis] = repeated(s.Rows, int(n)/len(s.Rows), int(have))
		case len(d.Symbols()) > 0 && n < have:
			keep[axis] = repeated([]int{0}, int(n), int(n))
		}
	}
	t, err := batch.Block(keep...)
	if err != nil {
		return nil, fmt.Errorf("input %s: %w", input.Name(), err)
	}
	return t, nil
}

// repeated are the rows in each of some equal parts of an axis.
func repeated(rows []int, times, length int) []int {
	var out []int
	for part := range times {
		for _, i := range rows {
			out = append(out, part*(length/times)+i)
		}
	}
	return out
}

// BatchLengths reads the lengths of the whole batch off its inputs.
func (p *Plan) BatchLengths(batch map[string]*tensor.Tensor) (map[string]int64, error) {
	lengths := map[string]int64{}
	for _, input := range p.Examples {
		t := batch[input.Name()]
		if t == nil || len(t.Shape()) != len(input.Shape) {
			return nil, fmt.Errorf("input %v is missing, or has another rank", input)
		}
		for axis, d := range input.Shape {
			for _, s := range p.symbols() {
				if d == graph.Sym(s) {
					lengths[s] = t.Shape()[axis]
				}
			}
		}
	}
	return lengths, nil
}

func (p *Plan) symbols() []string { return append([]string{p.axes.Examples}, p.axes.Frames...) }

// Known tells whether a shape follows from a shard's lengths.
func (p *Plan) Known(s graph.Shape) bool {
	for _, d := range s {
		for _, symbol := range d.Symbols() {
			if !slices.Contains(p.symbols(), symbol) {
				return false
			}
		}
	}
	return true
}
