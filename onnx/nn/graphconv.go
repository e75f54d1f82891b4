package nn

import "rationale/onnx/graph"

// GraphConvParams are the parameters of GraphConv: weight [out,in] and bias [out].
func GraphConvParams(name string, in, out int) []Param { return LinearParams(name, in, out) }

// GraphConv is a layer of a graph convolutional network before its norm and
// nonlinearity (Kipf and Welling 2017),
//
//	A·X·Wᵀ + b,
//
// for features X [G,N,in] of the N nodes of G graphs and weights A [G,N,N] of their
// edges, from the second node of a pair to the first. A graph with fewer nodes has
// rows and columns of zeros behind them.
func GraphConv(g *graph.Graph, w Weights, name string, a, x *graph.Value) *graph.Value {
	g = g.Scope(name)
	weight, bias := w[name+".weight"], w[name+".bias"]
	h := g.MatMul(x, g.Transpose(weight, 1, 0))
	return g.Add(g.MatMul(a, h), bias)
}

// Induced is the adjacency of the subgraph of the selected nodes, A_uv·z_u·z_v, for
// A [G,N,N] and z [G,N].
func Induced(g *graph.Graph, a, z *graph.Value) *graph.Value {
	g = g.Scope("induced")
	return g.Mul(g.Mul(a, g.Unsqueeze(z, 2)), g.Unsqueeze(z, 1))
}

// WithSelfLoops is A + I.
func WithSelfLoops(g *graph.Graph, a *graph.Value) *graph.Value {
	g = g.Scope("self_loops")
	node := g.Range(a.Shape[2])
	same := g.Equal(g.Unsqueeze(node, 1), g.Unsqueeze(node, 0))
	return g.Add(a, g.Cast(same, a.DType))
}

// Normalised is D^−½·A·D^−½ for a symmetric A that has self-loops, with D the sums
// of its rows.
func Normalised(g *graph.Graph, a *graph.Value) *graph.Value {
	g = g.Scope("normalised")
	root := g.Sqrt(g.ReduceSum(a, true, 2))
	return g.Div(g.Div(a, root), g.Transpose(root, 0, 2, 1))
}
