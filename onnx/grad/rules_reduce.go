package grad

import (
	"rationale/onnx/graph"
)

func reduceSum(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Expand(kept(g, n, dy), n.Inputs[0].Shape...)
}

func reduceMean(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return reduceSum(g, n, g.Div(dy, reducedCount(g, n, dy)))
}

func reduceSumSquare(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x := n.Inputs[0]
	return g.Mul(g.Mul(g.Like(x, 2), x), kept(g, n, dy))
}

// reduceMax shares the gradient evenly among the elements that attain the
// maximum.
func reduceMax(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x, y := n.Inputs[0], kept(g, n, n.Outputs[0])
	attains := g.Cast(g.Equal(x, y), x.DType)
	ties := g.ReduceSum(attains, true, reducedAxes(g, n)...)
	return g.Mul(attains, g.Div(kept(g, n, dy), ties))
}

// kept is v, shaped like the output of the reduction n, with the reduced axes
// as axes of length 1. Leading ones may stay away: broadcasting brings them.
func kept(g *graph.Graph, n *graph.Node, v *graph.Value) *graph.Value {
	axes := reducedAxes(g, n)
	leading := len(axes) == 0 || axes[len(axes)-1] == len(axes)-1
	if leading || n.Int("keepdims", 1) != 0 {
		return v
	}
	return g.Unsqueeze(v, axes...)
}

func reducedAxes(g *graph.Graph, n *graph.Node) []int {
	axes, err := n.ReducedAxes()
	if err != nil {
		g.Fail("%v: %v", n, err)
	}
	return axes
}

// reducedCount is how many elements of its input go into one of n's output,
// in the element type of like.
func reducedCount(g *graph.Graph, n *graph.Node, like *graph.Value) *graph.Value {
	count := graph.N(1)
	for _, axis := range reducedAxes(g, n) {
		count = count.Times(n.Inputs[0].Shape[axis])
	}
	if fixed, ok := count.Fixed(); ok {
		return g.Like(like, float64(fixed))
	}
	return g.Cast(g.Reshape(g.DimValue(count)), like.DType)
}

// cumSum runs the other way: an element counts in all sums behind it.
func cumSum(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	axis := n.ConstInts(1)
	if len(axis) != 1 || n.Int("exclusive", 0) != 0 {
		return g.Fail("%v: only inclusive sums along a constant axis have a gradient rule", n)
	}
	return g.CumSum(dy, int(axis[0]), n.Int("reverse", 0) == 0)
}

func topK(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	if len(n.Outputs) < 2 || n.Outputs[1].Name() == "" {
		return g.Fail("%v: without its indices it has no gradient rule", n)
	}
	return g.ScatterElements(zeros(g, n.Inputs[0]), n.Outputs[1], dy, int(n.Int("axis", -1)), false)
}
