package grad

import (
	"rationale/onnx/graph"
)

func matMulLeft(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.MatMul(dy, swapped(g, n.Inputs[1]))
}

// matMulRight is aᵀ·dy. When one matrix b served a whole batch of a, the
// batch is first laid end to end: one large product in place of many small
// ones and their sum.
func matMulRight(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	a, b := n.Inputs[0], n.Inputs[1]
	if len(b.Shape) == 2 && len(a.Shape) > 2 {
		a, dy = endToEnd(g, a), endToEnd(g, dy)
		return g.Gemm(a, dy, nil, graph.GemmOptions{TransA: true})
	}
	return g.MatMul(swapped(g, a), dy)
}

// swapped is v with its last two axes exchanged.
func swapped(g *graph.Graph, v *graph.Value) *graph.Value {
	perm := firstAxes(len(v.Shape))
	i := len(perm) - 1
	perm[i-1], perm[i] = i, i-1
	return g.Transpose(v, perm...)
}

// endToEnd is v as one matrix of all its rows.
func endToEnd(g *graph.Graph, v *graph.Value) *graph.Value {
	last := len(v.Shape) - 1
	return g.Reshape(v, v.Shape[:last].Count(), v.Shape[last])
}

func gemmLeft(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	b, transB := n.Inputs[1], n.Int("transB", 0) != 0
	if n.Int("transA", 0) != 0 {
		return scaled(g, g.Gemm(b, dy, nil, graph.GemmOptions{TransA: transB, TransB: true}), n, "alpha")
	}
	return scaled(g, g.Gemm(dy, b, nil, graph.GemmOptions{TransB: !transB}), n, "alpha")
}

func gemmRight(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	a, transA := n.Inputs[0], n.Int("transA", 0) != 0
	if n.Int("transB", 0) != 0 {
		return scaled(g, g.Gemm(dy, a, nil, graph.GemmOptions{TransA: true, TransB: transA}), n, "alpha")
	}
	return scaled(g, g.Gemm(a, dy, nil, graph.GemmOptions{TransA: !transA}), n, "alpha")
}

func gemmAdded(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return scaled(g, dy, n, "beta")
}

// scaled multiplies d by a factor of Gemm, which is 1 unless a file says
// otherwise.
func scaled(g *graph.Graph, d *graph.Value, n *graph.Node, factor string) *graph.Value {
	if f := n.Float(factor, 1); f != 1 {
		return g.Mul(d, g.Like(d, float64(f)))
	}
	return d
}
