package nn

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Straight is the hard sample of a two-way Gumbel-softmax at temperature 1.
// margin is logit₁ − logit₀ and noise the difference of the two Gumbel
// variables. The value is 1 where margin + noise > 0 and 0 elsewhere (a tie
// goes to class 0); the gradient is that of σ(margin + noise).
func Straight(g *graph.Graph, margin, noise *graph.Value) *graph.Value {
	g = g.Scope("gumbel")
	y := g.Add(margin, noise)
	soft := g.Sigmoid(y)
	return Through(g, positive(g, y), soft)
}

// Through is hard with the gradient of soft (straight-through), which has the same
// shape and was built first: gradients are carried from later nodes to earlier ones.
func Through(g *graph.Graph, hard, soft *graph.Value) *graph.Value {
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

// Largest marks, in each column of scores [U,B], the count [B] (int64) largest: 1
// there and 0 elsewhere. Of equal scores the first count as larger. It has no
// gradient.
func Largest(g *graph.Graph, scores, count *graph.Value) *graph.Value {
	g = g.Scope("largest")
	_, order := g.Sort(scores, 0)
	rank := g.Unsqueeze(g.Range(scores.Shape[0]), 1)
	among := g.Cast(g.Less(rank, g.Unsqueeze(count, 0)), scores.DType)
	none := g.Expand(g.Like(scores, 0), scores.Shape...)
	return g.ScatterElements(none, order, among, 0, false)
}

// Portion is ⌈share·length⌉ as int64, for a share [1] of lengths [B]. What is
// whole but for the rounding of the share counts as whole.
func Portion(g *graph.Graph, share, length *graph.Value) *graph.Value {
	const nearlyOne = 1 - 1e-4
	part := g.Mul(length, share)
	return g.Cast(g.Add(part, g.Like(part, nearlyOne)), tensor.Int64)
}
