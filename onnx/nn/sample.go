package nn

import "rationale/onnx/graph"

// Straight is the hard sample of a two-way Gumbel-softmax at temperature 1.
// margin is logit₁ − logit₀ and noise the difference of the two Gumbel
// variables. The value is 1 where margin + noise > 0 and 0 elsewhere (a tie
// goes to class 0); the gradient is that of σ(margin + noise).
func Straight(g *graph.Graph, margin, noise *graph.Value) *graph.Value {
	g = g.Scope("gumbel")
	y := g.Add(margin, noise)
	soft := g.Sigmoid(y)
	hard := positive(g, y)
	if g.Err() == nil {
		hard.Node().Differentiate(passThrough, soft)
	}
	return hard
}

// passThrough hands the gradient of the hard sample to the soft one.
func passThrough(_ *graph.Graph, _ *graph.Node, grads []*graph.Value, _ []bool) []*graph.Value {
	return grads[:1]
}

// Choose is the noise-free sample: 1 where margin > 0. It has no gradient.
func Choose(g *graph.Graph, margin *graph.Value) *graph.Value {
	return positive(g.Scope("argmax"), margin)
}
