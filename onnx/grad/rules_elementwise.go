package grad

import (
	"math"

	"rationale/onnx/graph"
)

func same(_ *graph.Graph, _ *graph.Node, dy *graph.Value) *graph.Value { return dy }

func negated(g *graph.Graph, _ *graph.Node, dy *graph.Value) *graph.Value { return g.Neg(dy) }

func mulLeft(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Mul(dy, n.Inputs[1])
}

func mulRight(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Mul(dy, n.Inputs[0])
}

func divTop(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Div(dy, n.Inputs[1])
}

func divBottom(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Neg(g.Mul(dy, g.Div(n.Outputs[0], n.Inputs[1])))
}

// powBase is b·a^(b−1), and 0 where b is 0 so that a = 0 does no harm there.
func powBase(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	a, b := n.Inputs[0], n.Inputs[1]
	slope := g.Mul(b, g.Pow(a, g.Sub(b, g.Like(b, 1))))
	zero := g.Like(b, 0)
	return g.Where(g.Equal(b, zero), zero, g.Mul(dy, slope))
}

// powExponent is y·log a where a > 0, and 0 elsewhere.
func powExponent(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	a, y := n.Inputs[0], n.Outputs[0]
	zero := g.Like(a, 0)
	return g.Where(g.Greater(a, zero), g.Mul(dy, g.Mul(y, g.Log(a))), zero)
}

// chosen gives input i of a Max or Min its gradient: all of it where it beats
// input j by the comparison, half of it where both are equal.
func chosen(comparison string, i, j int) partial {
	return func(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
		a, b := n.Inputs[i], n.Inputs[j]
		wins := g.Greater(a, b)
		if comparison == "Less" {
			wins = g.Less(a, b)
		}
		half := g.Mul(dy, g.Like(dy, 0.5))
		return g.Where(wins, dy, g.Where(g.Equal(a, b), half, g.Like(dy, 0)))
	}
}

func sqrt(g *graph.Graph, _, y, dy *graph.Value) *graph.Value {
	return g.Div(g.Mul(dy, g.Like(dy, 0.5)), y)
}

func sigmoid(g *graph.Graph, _, y, dy *graph.Value) *graph.Value {
	return g.Mul(dy, g.Mul(y, g.Sub(g.Like(y, 1), y)))
}

func tanh(g *graph.Graph, _, y, dy *graph.Value) *graph.Value {
	return g.Mul(dy, g.Sub(g.Like(y, 1), g.Mul(y, y)))
}

func relu(g *graph.Graph, _, y, dy *graph.Value) *graph.Value {
	zero := g.Like(y, 0)
	return g.Where(g.Greater(y, zero), dy, zero)
}

func erf(g *graph.Graph, x, _, dy *graph.Value) *graph.Value {
	bell := g.Exp(g.Neg(g.Mul(x, x)))
	return g.Mul(dy, g.Mul(g.Like(x, 2/math.SqrtPi), bell))
}

func gelu(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	if n.Attr("approximate") == "tanh" {
		return g.Mul(dy, geluTanhSlope(g, n.Inputs[0]))
	}
	return g.Mul(dy, geluSlope(g, n.Inputs[0]))
}

// geluSlope is Φ(x) + x·φ(x), the derivative of x·Φ(x).
func geluSlope(g *graph.Graph, x *graph.Value) *graph.Value {
	half := g.Like(x, 0.5)
	cdf := g.Add(half, g.Mul(half, g.Erf(g.Mul(x, g.Like(x, math.Sqrt2/2)))))
	bell := g.Exp(g.Mul(g.Mul(x, x), g.Like(x, -0.5)))
	return g.Add(cdf, g.Mul(x, g.Mul(bell, g.Like(x, 1/math.Sqrt(2*math.Pi)))))
}

// geluTanhSlope is the derivative of x/2·(1 + tanh u), u = √(2/π)·(x + c·x³).
func geluTanhSlope(g *graph.Graph, x *graph.Value) *graph.Value {
	const c = 0.044715
	scale := math.Sqrt(2 / math.Pi)
	half, one, square := g.Like(x, 0.5), g.Like(x, 1), g.Mul(x, x)
	u := g.Mul(x, g.Add(g.Like(x, scale), g.Mul(square, g.Like(x, scale*c))))
	du := g.Add(g.Like(x, scale), g.Mul(square, g.Like(x, 3*scale*c)))
	t := g.Tanh(u)
	rise := g.Mul(g.Mul(x, half), g.Mul(g.Sub(one, g.Mul(t, t)), du))
	return g.Add(g.Mul(half, g.Add(one, t)), rise)
}

// clipped passes the gradient where x lies within its limits, inclusive.
func clipped(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	x, zero := n.Inputs[0], g.Like(dy, 0)
	if low := optional(n, 1); low != nil {
		dy = g.Where(g.Less(x, low), zero, dy)
	}
	if high := optional(n, 2); high != nil {
		dy = g.Where(g.Greater(x, high), zero, dy)
	}
	return dy
}

func clipLow(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Where(g.Less(n.Inputs[0], n.Inputs[1]), dy, g.Like(dy, 0))
}

func clipHigh(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Where(g.Greater(n.Inputs[0], n.Inputs[2]), dy, g.Like(dy, 0))
}

func whereTrue(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Where(n.Inputs[0], dy, g.Like(dy, 0))
}

func whereFalse(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Where(n.Inputs[0], g.Like(dy, 0), dy)
}

func cast(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	return g.Cast(dy, n.Inputs[0].DType)
}

// optional is input i of n, or nil when it is left out.
func optional(n *graph.Node, i int) *graph.Value {
	if i >= len(n.Inputs) {
		return nil
	}
	return n.Inputs[i]
}
