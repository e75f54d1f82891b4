package grad

import (
	"rationale/onnx/graph"
)

// softmax is y·(dy − Σ dy·y).
func softmax(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	y := n.Outputs[0]
	mean := g.ReduceSum(g.Mul(dy, y), true, int(n.Int("axis", -1)))
	return g.Mul(y, g.Sub(dy, mean))
}

// logSoftmax is dy − softmax(x)·Σ dy.
func logSoftmax(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
	total := g.ReduceSum(dy, true, int(n.Int("axis", -1)))
	return g.Sub(dy, g.Mul(g.Exp(n.Outputs[0]), total))
}

// layerNorm computes the statistics again, in x's own type: the operator's
// own outputs for them are float32 even when x is not.
func layerNorm(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
	x, dy, out := n.Inputs[0], grads[0], make([]*graph.Value, len(n.Inputs))
	if dy == nil {
		return out
	}
	axes := lastAxes(x, int(n.Int("axis", -1)))
	normal, spread := standardised(g, x, axes, float64(n.Float("epsilon", 1e-5)))
	if want[0] {
		slope := g.Mul(dy, n.Inputs[1])
		mean := g.ReduceMean(slope, true, axes...)
		along := g.ReduceMean(g.Mul(slope, normal), true, axes...)
		out[0] = g.Div(g.Sub(g.Sub(slope, mean), g.Mul(normal, along)), spread)
	}
	if want[1] {
		out[1] = g.Mul(dy, normal)
	}
	if len(want) > 2 && want[2] {
		out[2] = dy
	}
	return out
}

// standardised is x less its mean, divided by spread = √(variance + epsilon).
func standardised(g *graph.Graph, x *graph.Value, axes []int, epsilon float64) (normal, spread *graph.Value) {
	centred := g.Sub(x, g.ReduceMean(x, true, axes...))
	variance := g.ReduceMean(g.Mul(centred, centred), true, axes...)
	spread = g.Sqrt(g.Add(variance, g.Like(x, epsilon)))
	return g.Div(centred, spread), spread
}

// lastAxes lists the axes of v from the given one on.
func lastAxes(v *graph.Value, from int) []int {
	if from < 0 {
		from += len(v.Shape)
	}
	return firstAxes(len(v.Shape))[from:]
}
