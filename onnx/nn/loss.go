package nn

import (
	"rationale/onnx/graph"
)

// CrossEntropy is −mean_b log softmax(logits)[b, y_b] for logits [B,C] and
// int64 labels y [B].
func CrossEntropy(g *graph.Graph, logits, y *graph.Value) *graph.Value {
	return One(g, g.ReduceMean(CrossEntropies(g, logits, y), false))
}

// CrossEntropies are the terms of CrossEntropy, one a text: [B].
func CrossEntropies(g *graph.Graph, logits, y *graph.Value) *graph.Value {
	g = g.Scope("cross_entropy")
	picked := g.GatherElements(g.LogSoftmax(logits, -1), g.Unsqueeze(y, 1), 1)
	return g.Neg(g.Squeeze(picked, 1))
}

// MeanSquares is Σ_t m·(x − y)² / Σ_t m for x, y and m [T,B], one a text: [B].
func MeanSquares(g *graph.Graph, x, y, m *graph.Value) *graph.Value {
	g = g.Scope("mean_squares")
	gap := g.Sub(x, y)
	squares := g.ReduceSum(g.Mul(m, g.Mul(gap, gap)), false, 0)
	return g.Div(squares, atLeastOne(g, g.ReduceSum(m, false, 0)))
}

// Divergence is mean_b KL(softmax(p) ‖ softmax(q)) for logits p and q [B,C], in
// nats.
func Divergence(g *graph.Graph, p, q *graph.Value) *graph.Value {
	g = g.Scope("divergence")
	logP := g.LogSoftmax(p, -1)
	perText := g.ReduceSum(g.Mul(g.Exp(logP), g.Sub(logP, g.LogSoftmax(q, -1))), false, 1)
	return One(g, g.ReduceMean(perText, false))
}

// UniformCrossEntropy is −mean_b (1/C)·Σ_c log softmax(logits)[b,c]: the
// cross-entropy to the uniform distribution, least where the logits say
// nothing.
func UniformCrossEntropy(g *graph.Graph, logits *graph.Value) *graph.Value {
	g = g.Scope("uniform_cross_entropy")
	return One(g, g.Neg(g.ReduceMean(g.LogSoftmax(logits, -1), false)))
}

// SoftCrossEntropy is −mean_b Σ_c target[b,c]·log softmax(logits)[b,c].
func SoftCrossEntropy(g *graph.Graph, logits, target *graph.Value) *graph.Value {
	g = g.Scope("soft_cross_entropy")
	perText := g.ReduceSum(g.Mul(target, g.LogSoftmax(logits, -1)), false, 1)
	return One(g, g.Neg(g.ReduceMean(perText, false)))
}

// Sparsity is |Σz / Σm − s|: how far the share of selected units in the whole
// batch is from its target s [1].
func Sparsity(g *graph.Graph, z, m, s *graph.Value) *graph.Value {
	g = g.Scope("sparsity")
	return g.Abs(g.Sub(Share(g, z, m), s))
}

// Share is Σz / Σm, [1].
func Share(g *graph.Graph, z, m *graph.Value) *graph.Value {
	return One(g, g.Div(g.ReduceSum(z, false), g.ReduceSum(m, false)))
}

// Coherence is mean_{b,t≥2} |z_t − z_{t−1}| for z [T,B]. With a mask m [T,B],
// pairs that are not both within it count as equal.
func Coherence(g *graph.Graph, z, m *graph.Value) *graph.Value {
	g = g.Scope("coherence")
	jumps := g.Abs(g.Sub(later(g, z), earlier(g, z)))
	if m != nil {
		jumps = g.Mul(jumps, g.Mul(later(g, m), earlier(g, m)))
	}
	return One(g, g.ReduceMean(jumps, false))
}

// later and earlier are the second and the first of all neighbours along axis 0.
func later(g *graph.Graph, x *graph.Value) *graph.Value   { return g.Slice(x, 0, 1, graph.SliceEnd) }
func earlier(g *graph.Graph, x *graph.Value) *graph.Value { return g.Slice(x, 0, 0, -1) }

// UnitCoherence is Coherence for units z [S,B] of which only those with m = 1
// are real: the mean over the batch's pairs of neighbours that are both real,
// 0 where there is none.
func UnitCoherence(g *graph.Graph, z, m *graph.Value) *graph.Value {
	g = g.Scope("coherence")
	pairs := g.Mul(later(g, m), earlier(g, m))
	jumps := g.Abs(g.Sub(later(g, z), earlier(g, z)))
	count := g.ReduceSum(pairs, false)
	return One(g, g.Div(g.ReduceSum(g.Mul(jumps, pairs), false), atLeastOne(g, count)))
}

// EdgeCoherence is Coherence on graphs: the mean of |z_u − z_v| over the edges
// A_uv [B,N,N] of a batch, for z [N,B]; 0 where there is none.
func EdgeCoherence(g *graph.Graph, z, a *graph.Value) *graph.Value {
	g = g.Scope("coherence")
	z = g.Transpose(z, 1, 0)
	jumps := g.Abs(g.Sub(g.Unsqueeze(z, 2), g.Unsqueeze(z, 1)))
	count := g.ReduceSum(a, false)
	return One(g, g.Div(g.ReduceSum(g.Mul(jumps, a), false), atLeastOne(g, count)))
}

// SparsityByText is mean_b |Σz/len − s|: Sparsity for each text by itself, of
// which m [T,B] marks what counts. z is 0 elsewhere.
func SparsityByText(g *graph.Graph, z, m, s *graph.Value) *graph.Value {
	g = g.Scope("sparsity")
	share := g.Div(g.ReduceSum(z, false, 0), atLeastOne(g, g.ReduceSum(m, false, 0)))
	return One(g, g.ReduceMean(g.Abs(g.Sub(share, s)), false))
}

// CoherenceByText is mean_b Σ_{t≥2} |z_t − z_{t−1}| / (len − 1): Coherence for each
// text by itself. z is 0 outside of m, so that a text whose last unit is selected
// has a change behind it.
func CoherenceByText(g *graph.Graph, z, m *graph.Value) *graph.Value {
	g = g.Scope("coherence")
	jumps := g.ReduceSum(g.Abs(g.Sub(later(g, z), earlier(g, z))), false, 0)
	length := g.ReduceSum(m, false, 0)
	return One(g, g.ReduceMean(g.Div(jumps, atLeastOne(g, g.Sub(length, g.Like(length, 1)))), false))
}

// atLeastOne keeps a count from being divided by when it is 0.
func atLeastOne(g *graph.Graph, count *graph.Value) *graph.Value {
	return g.Max(count, g.Like(count, 1))
}

// HitsByClass counts, for each true class, the texts whose largest logit is at
// target; ties go to the lower class. target and y are [B] int64; the counts
// are [classes].
func HitsByClass(g *graph.Graph, logits, target, y *graph.Value, classes int) *graph.Value {
	g = g.Scope("hits")
	hit := g.Cast(g.Equal(g.ArgMax(logits, 1, false), target), logits.DType)
	member := g.Cast(g.Equal(g.Unsqueeze(y, 1), g.Range(graph.N(classes))), logits.DType)
	return g.ReduceSum(g.Mul(member, g.Unsqueeze(hit, 1)), false, 0)
}

// Entropy is mean over real positions (m = 1) of the entropy, in nats, of a
// choice with these logit margins.
func Entropy(g *graph.Graph, margin, m *graph.Value) *graph.Value {
	g = g.Scope("entropy")
	return One(g, g.Div(g.ReduceSum(g.Mul(choiceEntropy(g, margin), m), false), g.ReduceSum(m, false)))
}

// choiceEntropy is the entropy of each choice, in nats.
func choiceEntropy(g *graph.Graph, margin *graph.Value) *graph.Value {
	p := g.Sigmoid(margin)
	// H(p) = log(1+e^{−|x|}) + |x|·min(p, 1−p), stable for large margins.
	size := g.Abs(margin)
	rare := g.Min(p, g.Sub(g.Like(p, 1), p))
	return g.Add(g.Log(g.Add(g.Exp(g.Neg(size)), g.Like(p, 1))), g.Mul(size, rare))
}

// PriorDivergence is how far choices with these logit margins [T,B] are from ones
// made with probability prior [1]: the mean over texts of the mean over a text's
// positions with m = 1 of KL(Bernoulli(p) ‖ Bernoulli(prior)), in nats.
func PriorDivergence(g *graph.Graph, margin, m, prior *graph.Value) *graph.Value {
	g = g.Scope("prior_divergence")
	p := g.Sigmoid(margin)
	one := g.Like(prior, 1)
	cross := g.Add(g.Mul(p, g.Log(prior)), g.Mul(g.Sub(one, p), g.Log(g.Sub(one, prior))))
	kl := g.Neg(g.Add(choiceEntropy(g, margin), cross))
	perText := g.Div(g.ReduceSum(g.Mul(kl, m), false, 0), atLeastOne(g, g.ReduceSum(m, false, 0)))
	return One(g, g.ReduceMean(perText, false))
}

// LogLikelihood is log π(z) of independent choices z [T,B], where m = 1, with these
// logit margins: Σ_t z·x − log(1 + eˣ), [B].
func LogLikelihood(g *graph.Graph, margin, z, m *graph.Value) *graph.Value {
	g = g.Scope("likelihood")
	zero := g.Like(margin, 0)
	softplus := g.Add(g.Max(margin, zero), g.Log(g.Add(g.Exp(g.Neg(g.Abs(margin))), g.Like(margin, 1)))) // for any margin
	return g.ReduceSum(g.Mul(m, g.Sub(g.Mul(z, margin), softplus)), false, 0)
}

// ChoiceCrossEntropies hold independent choices with these logit margins [T,B]
// against given ones z: −log π(z) of each text, divided by the number of its
// positions with m = 1, [B].
func ChoiceCrossEntropies(g *graph.Graph, margin, z, m *graph.Value) *graph.Value {
	length := atLeastOne(g, g.ReduceSum(m, false, 0))
	return g.Neg(g.Div(LogLikelihood(g, margin, z, m), length))
}

// One gives a rank-0 value the shape [1]; onnxruntime's Go binding cannot
// return values of rank 0.
func One(g *graph.Graph, x *graph.Value) *graph.Value { return g.Reshape(x, graph.N(1)) }

// Sum adds the terms of a loss.
func Sum(g *graph.Graph, terms ...*graph.Value) *graph.Value {
	total := terms[0]
	for _, t := range terms[1:] {
		total = g.Add(total, t)
	}
	return total
}

// Times is weight·x for a constant weight.
func Times(g *graph.Graph, weight float64, x *graph.Value) *graph.Value {
	return g.Mul(g.Like(x, weight), x)
}
