package grad

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func gather(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x := n.Inputs[0]
	axis := positive(int(n.Int("axis", 0)), len(x.Shape))
	return Ungather(g, dy, n.Inputs[1], axis, x.Shape[axis])
}

// Ungather is the adjoint of Gather: it adds up the parts, shaped like
// Gather's output, at the places that indices name on an axis of the given
// length. Indices may repeat; the sums are formed in their order, so that the
// result is the same at every run.
//
// ScatterND would do with fewer indices, but on the CPU onnxruntime runs its
// additions in parallel and loses some where an index occurs twice.
// ScatterElements adds correctly, and by far the fastest along the last axis.
func Ungather(g *graph.Graph, parts, indices *graph.Value, axis int, length graph.Dim) *graph.Value {
	if g.Err() != nil {
		return parts
	}
	end := axis + len(indices.Shape)
	if axis < 0 || end > len(parts.Shape) || !indices.Shape.Equal(parts.Shape[axis:end]) {
		return g.Fail("parts %v were not taken by %v from axis %d", parts, indices, axis)
	}
	before, behind := parts.Shape[:axis], parts.Shape[end:]
	count := indices.Shape.Count()
	parts = moveAxis(g, g.Reshape(parts, slices.Concat(before, graph.Shape{count}, behind)...), axis, -1)
	rank := len(parts.Shape)
	row := slices.Repeat(graph.Dims(1), rank)
	row[rank-1] = count
	places := g.Expand(g.Reshape(indices, row...), parts.Shape...)
	empty := zerosOf(g, parts, slices.Concat(before, behind, graph.Shape{length}))
	return moveAxis(g, g.ScatterElements(empty, places, parts, -1, true), -1, axis)
}

// moveAxis is v with one axis taken out and put in at place to.
func moveAxis(g *graph.Graph, v *graph.Value, from, to int) *graph.Value {
	rank := len(v.Shape)
	from, to = positive(from, rank), positive(to, rank)
	if from == to {
		return v
	}
	perm := slices.Delete(firstAxes(rank), from, from+1)
	return g.Transpose(v, slices.Insert(perm, to, from)...)
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
	indexed := x.Shape[:depth]
	dx := Ungather(g, dy, mergedIndex(g, indexed, indices), 0, indexed.Count())
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
