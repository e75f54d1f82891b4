package shard

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// length is the number that an integer vector of one element, or an integer, holds:
// the length of an axis, or what was computed from such.
func length(v *graph.Value) (graph.Dim, bool) {
	if t := v.Const(); t != nil {
		data := tensor.Data[int64](t)
		if len(data) != 1 {
			return graph.Dim{}, false
		}
		return graph.N(int(data[0])), true
	}
	n := v.Node()
	if n == nil {
		return graph.Dim{}, false
	}
	switch n.Op {
	case "Gather":
		return axisLength(n)
	case "Reshape", "Identity":
		return length(n.Inputs[0])
	case "Mul", "Add":
		return computed(n)
	}
	return graph.Dim{}, false
}

// axisLength is the length that is taken out of a shape.
func axisLength(n *graph.Node) (graph.Dim, bool) {
	shape, at := n.Inputs[0].Node(), n.ConstInts(1)
	if shape == nil || shape.Op != "Shape" || len(at) != 1 || at[0] < 0 {
		return graph.Dim{}, false
	}
	return shape.Inputs[0].Shape[at[0]], true
}

// computed is the product of two lengths, or the sum of one and a number.
func computed(n *graph.Node) (graph.Dim, bool) {
	x, isX := length(n.Inputs[0])
	y, isY := length(n.Inputs[1])
	if !isX || !isY {
		return graph.Dim{}, false
	}
	if n.Op == "Mul" {
		return x.Times(y), true
	}
	more, fixed := y.Fixed()
	return x.Plus(more), fixed
}

// wholeLength tells of a node whether it makes a number, to compute with, of a length
// that is another one in each shard. It is that of the whole batch which is meant.
func (a *analysis) wholeLength(n *graph.Node) (whole graph.Dim, is bool, err error) {
	if n.Op != "Cast" || a.kinds[n.Inputs[0]] != own || !n.Outputs[0].DType.IsFloat() {
		return whole, false, nil
	}
	whole, is = length(n.Inputs[0])
	if is && !a.told(whole) {
		return whole, false, fmt.Errorf("it makes a number of the length %v, of which only the shards' own is known", whole)
	}
	return whole, is, nil
}
