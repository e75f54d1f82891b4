package grad

import (
	"slices"

	"rationale/onnx/graph"
)

func reshaped(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Reshape(dy, n.Inputs[0].Shape...)
}

func squeeze(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Unsqueeze(dy, reducedAxes(g, n)...)
}

func unsqueeze(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Squeeze(dy, ints(n.ConstInts(1))...)
}

func transpose(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	perm, _ := n.Attr("perm").([]int64)
	if perm == nil {
		reversed := firstAxes(len(dy.Shape))
		slices.Reverse(reversed)
		return g.Transpose(dy, reversed...)
	}
	return g.Transpose(dy, inverse(ints(perm))...)
}

func inverse(perm []int) []int {
	out := make([]int, len(perm))
	for i, p := range perm {
		out[p] = i
	}
	return out
}

func ints(xs []int64) []int {
	out := make([]int, len(xs))
	for i, x := range xs {
		out[i] = int(x)
	}
	return out
}

// tile splits each axis into its copies and their length, and sums over the
// copies.
func tile(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	var shape graph.Shape
	var copies []int
	for i, times := range n.ConstInts(1) {
		copies = append(copies, len(shape))
		shape = append(shape, graph.N(int(times)), n.Inputs[0].Shape[i])
	}
	return g.ReduceSum(g.Reshape(dy, shape...), false, copies...)
}

// pad takes off what was put on, and the other way about: negative lengths
// cut.
func pad(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	if mode := n.Attr("mode"); mode != nil && mode != "constant" {
		return g.Fail("%v: mode %v has no gradient rule", n, mode)
	}
	pads := ints(n.ConstInts(1))
	for i := range pads {
		pads[i] = -pads[i]
	}
	rank := len(pads) / 2
	return g.Pad(dy, pads[:rank], pads[rank:])
}

// slice puts zeros where the elements were that it left out.
func slice(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	axis, start, end, err := n.SliceRange()
	if err != nil {
		return g.Fail("%v: %v", n, err)
	}
	length := n.Inputs[0].Shape[axis]
	after, err := length.Minus(end)
	if err != nil {
		return g.Fail("%v: %v", n, err)
	}
	parts := []*graph.Value{zerosAlong(g, dy, axis, start), dy, zerosAlong(g, dy, axis, after)}
	return g.Concat(axis, slices.DeleteFunc(parts, func(v *graph.Value) bool { return v == nil })...)
}

// zerosAlong is v's shape filled with zeros, with another length along axis;
// nil when that is 0.
func zerosAlong(g *graph.Graph, v *graph.Value, axis int, length graph.Dim) *graph.Value {
	if length == graph.N(0) {
		return nil
	}
	shape := slices.Clone(v.Shape)
	shape[axis] = length
	return zerosOf(g, v, shape)
}

func split(g *graph.Graph, n *graph.Node, grads []*graph.Value, _ []bool) []*graph.Value {
	parts := slices.Clone(grads)
	for i, d := range parts {
		if d == nil {
			parts[i] = zeros(g, n.Outputs[i])
		}
	}
	out := make([]*graph.Value, len(n.Inputs))
	out[0] = g.Concat(int(n.Int("axis", 0)), parts...)
	return out
}

func concat(g *graph.Graph, n *graph.Node, grads []*graph.Value, _ []bool) []*graph.Value {
	axis := positive(int(n.Int("axis", 0)), len(n.Outputs[0].Shape))
	lengths := make([]graph.Dim, len(n.Inputs))
	for i, v := range n.Inputs {
		lengths[i] = v.Shape[axis]
	}
	return g.SplitDims(grads[0], axis, lengths...)
}
