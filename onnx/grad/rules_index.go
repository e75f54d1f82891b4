package grad

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func gather(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x := n.Inputs[0]
	return putBack(g, x, x.Shape, n.Inputs[1], dy, positive(int(n.Int("axis", 0)), len(x.Shape)))
}

// putBack adds the slices of dy to the places along axis of a zero value of
// the given shape from which Gather took them.
//
// ScatterND would do it with fewer indices, but on the CPU onnxruntime runs
// its additions in parallel and loses some where an index occurs twice.
// ScatterElements adds in order.
func putBack(g *graph.Graph, like *graph.Value, shape graph.Shape, indices, dy *graph.Value, axis int) *graph.Value {
	count := indices.Shape.Count()
	updates := slices.Concat(shape[:axis], graph.Shape{count}, shape[axis+1:])
	column := slices.Repeat(graph.Dims(1), len(shape))
	column[axis] = count
	places := g.Expand(g.Reshape(indices, column...), updates...)
	return g.ScatterElements(zerosOf(g, like, shape), places, g.Reshape(dy, updates...), axis, true)
}

func positive(axis, rank int) int {
	if axis < 0 {
		return axis + rank
	}
	return axis
}

func gatherElements(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x, indices := n.Inputs[0], n.Inputs[1]
	return g.ScatterElements(zeros(g, x), indices, dy, int(n.Int("axis", 0)), true)
}

// gatherND is gather on x with its indexed axes merged into one.
func gatherND(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x, indices := n.Inputs[0], n.Inputs[1]
	if n.Int("batch_dims", 0) != 0 {
		return g.Fail("%v: batch dimensions have no gradient rule", n)
	}
	depth, _ := indices.Shape[len(indices.Shape)-1].Fixed()
	indexed, rest := x.Shape[:depth], x.Shape[depth:]
	merged := slices.Concat(graph.Shape{indexed.Count()}, rest)
	dx := putBack(g, x, merged, mergedIndex(g, indexed, indices), dy, 0)
	return g.Reshape(dx, x.Shape...)
}

// mergedIndex numbers coordinates, the last axis of indices, in row-major
// order within shape.
func mergedIndex(g *graph.Graph, shape graph.Shape, indices *graph.Value) *graph.Value {
	lengths, strides := make([]*graph.Value, len(shape)), make([]*graph.Value, len(shape))
	for i, d := range shape {
		lengths[i], strides[i] = g.DimValue(d), g.DimValue(shape[i+1:].Count())
	}
	indices = g.Cast(indices, tensor.Int64)
	fromEnd := g.Less(indices, g.Like(indices, 0))
	indices = g.Where(fromEnd, g.Add(indices, g.Concat(0, lengths...)), indices)
	return g.ReduceSum(g.Mul(indices, g.Concat(0, strides...)), false, -1)
}

// scatterElementsInto is the gradient of what is scattered into: what was
// replaced has none.
func scatterElementsInto(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	if adds(g, n) {
		return dy
	}
	return g.ScatterElements(dy, n.Inputs[1], zeros(g, n.Inputs[2]), int(n.Int("axis", 0)), false)
}

func scatterElementsUpdates(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.GatherElements(dy, n.Inputs[1], int(n.Int("axis", 0)))
}

func scatterNDInto(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	if adds(g, n) {
		return dy
	}
	return g.ScatterND(dy, n.Inputs[1], zeros(g, n.Inputs[2]), false)
}

func scatterNDUpdates(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.GatherND(dy, n.Inputs[1])
}

// adds reports whether a scatter adds to what is there or replaces it; its
// other modes have no rule.
func adds(g *graph.Graph, n *graph.Node) bool {
	switch n.Attr("reduction") {
	case "add":
		return true
	case "none", nil:
		return false
	}
	g.Fail("%v: reduction %v has no gradient rule", n, n.Attr("reduction"))
	return false
}
