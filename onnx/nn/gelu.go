package nn

import (
	"math"

	"rationale/onnx/graph"
)

// GELU is x·Φ(x), with the distribution function Φ of the standard normal law
// (Hendrycks and Gimpel 2016):
//
//	x·(1 + erf(x/√2))/2.
//
// onnxruntime's kernel for it is one pass over memory where five operators would be
// five. It has no kernel in float64, nor one of erf.
func GELU(g *graph.Graph, x *graph.Value) *graph.Value {
	y := g.Scope("gelu").Gelu(x, false)
	if n := y.Node(); n != nil {
		n.Differentiate(geluGradient, x)
	}
	return y
}

// geluGradient is, from x alone, so that nothing else is kept for it,
//
//	dy·Φ + dy·x·∂Φ/∂x,  Φ = (1 + erf u)/2,  ∂Φ/∂u = exp(−u²)/√π,  u = x/√2.
func geluGradient(g *graph.Graph, n *graph.Node, grads []*graph.Value, _ []bool) []*graph.Value {
	x, dy := n.Inputs[0], grads[0]
	half, scale := g.Like(x, .5), g.Like(x, math.Sqrt2/2)
	u := g.Mul(x, scale)
	law := g.Add(half, g.Mul(half, g.Erf(u)))
	slope := g.Mul(g.Like(x, 1/math.SqrtPi), g.Exp(g.Neg(g.Mul(u, u))))
	return []*graph.Value{g.Add(g.Mul(dy, law), g.Mul(g.Mul(g.Mul(dy, x), slope), scale))}
}

// TanhGELU approximates GELU by tanh:
//
//	x·(1 + tanh u)/2 = x·σ(2u),  u = √(2/π)·(x + 0.044715·x³).
//
// It is spelled out, since onnxruntime's kernel is less exact and takes its constants
// in float32.
func TanhGELU(g *graph.Graph, x *graph.Value) *graph.Value {
	const cubic = 0.044715
	g = g.Scope("gelu")
	slope := 2 * math.Sqrt(2/math.Pi)
	twice := g.Mul(x, g.Add(g.Like(x, slope), g.Mul(g.Like(x, slope*cubic), g.Mul(x, x))))
	return g.Mul(x, g.Sigmoid(twice))
}
