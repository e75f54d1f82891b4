package nn

import "rationale/onnx/graph"

// Readouts turn the features x [G,N,W] of nodes into those of their graphs, [G,W].
// m [G,N] is 1 at real nodes.

// MeanReadout is the mean over the real nodes.
func MeanReadout(g *graph.Graph, x, m *graph.Value) *graph.Value {
	nodes := atLeastOne(g, g.ReduceSum(m, true, 1))
	return g.Div(SumReadout(g, x, m), nodes)
}

// SumReadout is the sum over the nodes, each weighted by m, which may be a
// selection.
func SumReadout(g *graph.Graph, x, m *graph.Value) *graph.Value {
	return g.ReduceSum(g.Mul(x, g.Unsqueeze(m, 2)), false, 1)
}

// MaxReadout is the maximum over the real nodes. Of several nodes that attain it,
// as zeros of a ReLU do, the first takes the gradient.
func MaxReadout(g *graph.Graph, x, m *graph.Value) *graph.Value {
	g = g.Scope("max")
	real := g.Greater(g.Unsqueeze(m, 2), g.Like(m, 0))
	first := g.ArgMax(g.Where(real, x, g.Like(x, belowAll)), 1, true)
	return g.Squeeze(g.GatherElements(x, first, 1), 1)
}

// belowAll is what is no node counts in a maximum.
const belowAll = -1e9
