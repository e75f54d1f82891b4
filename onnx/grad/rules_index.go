package grad

import (
	"slices"

	"rationale/onnx/graph"
)

// gather adds each slice of dy to the place it was taken from. The gathered
// axis is brought to the front for that, where ScatterND wants it.
func gather(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x, indices := n.Inputs[0], n.Inputs[1]
	axis := positive(int(n.Int("axis", 0)), len(x.Shape))
	shape := slices.Concat(x.Shape[axis:axis+1], x.Shape[:axis], x.Shape[axis+1:])
	dy = g.Transpose(dy, rotated(len(dy.Shape), axis, len(indices.Shape))...)
	rows := g.Unsqueeze(indices, -1)
	dx := g.ScatterND(zerosOf(g, x, shape), rows, dy, true)
	return g.Transpose(dx, inverse(rotated(len(x.Shape), axis, 1))...)
}

// rotated is the permutation that brings count axes from place from to the
// front.
func rotated(rank, from, count int) []int {
	all := firstAxes(rank)
	return slices.Concat(all[from:from+count], all[:from], all[from+count:])
}

func inverse(perm []int) []int {
	out := make([]int, len(perm))
	for i, p := range perm {
		out[p] = i
	}
	return out
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

func gatherND(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.ScatterND(zeros(g, n.Inputs[0]), n.Inputs[1], dy, true)
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
