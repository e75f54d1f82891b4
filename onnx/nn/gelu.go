package nn

import (
	"math"

	"rationale/onnx/graph"
)

// Both forms are spelled out. The operator Gelu is less exact in float32, and in
// float64, where onnxruntime has no kernel for it, takes its constants in float32.

// GELU is x·Φ(x), with the distribution function Φ of the standard normal law
// (Hendrycks and Gimpel 2016):
//
//	x·(1 + erf(x/√2))/2.
//
// onnxruntime has no erf in float64.
func GELU(g *graph.Graph, x *graph.Value) *graph.Value {
	g = g.Scope("gelu")
	half := g.Like(x, .5)
	erf := g.Erf(g.Mul(x, g.Like(x, math.Sqrt2/2)))
	return g.Mul(x, g.Add(half, g.Mul(half, erf)))
}

// TanhGELU approximates GELU by tanh:
//
//	x·(1 + tanh u)/2 = x·σ(2u),  u = √(2/π)·(x + 0.044715·x³).
func TanhGELU(g *graph.Graph, x *graph.Value) *graph.Value {
	const cubic = 0.044715
	g = g.Scope("gelu")
	slope := 2 * math.Sqrt(2/math.Pi)
	twice := g.Mul(x, g.Add(g.Like(x, slope), g.Mul(g.Like(x, slope*cubic), g.Mul(x, x))))
	return g.Mul(x, g.Sigmoid(twice))
}
