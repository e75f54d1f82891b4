package nn

import (
	"slices"

	"rationale/onnx/graph"
)

// Score is a number for each unit's state h, which is given in parts, such as
// those of the two directions of a recurrent layer:
//
//	w · dropout(LayerNorm(h)) + b,
//
// with LayerNorm's scale γ and shift β [W], w [1,W] and b [1]. The parts of h
// are [T,B,·] and W wide together, the result is [T,B]. keep [T,B,W] (uint8)
// says which features dropout keeps, share how many they are; a nil keep is
// evaluation.
//
// With the centred c = h − mean(h), and w and β taken together, it is
//
//	Σ keep⊙c⊙(γ⊙w/share) / √(Σc²/W + ε) + Σ keep⊙(β⊙w/share) + b,
//
// which needs a third of the elementwise work of the layers one by one. The
// sums come from a loop over time, which works on what fits into the
// processor's cache; the rest is three numbers a position.
func Score(g *graph.Graph, h []*graph.Value, keep *graph.Value, share float64, p ScoreParams) *graph.Value {
	s := &score{parts: h, keep: keep}
	weight := p.Weight
	if keep != nil {
		weight = g.Div(weight, g.Like(weight, share))
	}
	s.scaled = g.Transpose(g.Mul(weight, p.Scale), 1, 0)
	s.shifted = g.Transpose(g.Mul(weight, p.Shift), 1, 0)
	if g.Err() != nil {
		return h[0]
	}
	sums := s.forward(g)
	width, _ := s.scaled.Shape[0].Fixed()
	variance := g.Div(sums[0], g.Like(sums[0], float64(width)))
	deviation := g.Sqrt(g.Add(variance, g.Like(variance, LayerNormEpsilon)))
	return g.Add(g.Squeeze(g.Add(g.Div(sums[1], deviation), s.constant(g, sums)), 2), p.Bias)
}

// ScoreParams are the parameters of Score.
type ScoreParams struct{ Scale, Shift, Weight, Bias *graph.Value }

// score is a Score while its graph is built.
type score struct {
	parts           []*graph.Value // of h
	elems           []*graph.Value // the parts and keep
	keep            *graph.Value
	scaled, shifted *graph.Value // [W,1]: γ⊙w/share, β⊙w/share
	node            *graph.Node
	count           int          // of sums, the forward loop's first outputs
	mean            *graph.Value // [B,1], in the forward loop's body: mean(h)
}

// forward gives Σc², Σ keep⊙c⊙scaled and, with dropout, Σ keep⊙shifted at each
// position: [T,B,1] each.
func (s *score) forward(g *graph.Graph) []*graph.Value {
	s.elems = slices.Clone(s.parts)
	if s.keep != nil {
		s.elems = append(s.elems, s.keep)
	}
	_, sums := g.Scan(graph.ScanSpec{Elems: s.elems}, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
		h := s.state(b, e)
		s.mean = b.ReduceMean(h, true, 1)
		c, kept, keep := s.centred(b, h, s.mean, e)
		outs = []*graph.Value{b.ReduceSumSquare(c, true, 1), b.MatMul(kept, s.scaled)}
		if keep != nil {
			outs = append(outs, b.MatMul(keep, s.shifted))
		}
		return nil, outs
	})
	s.node, s.count = sums[0].Node(), len(sums)
	s.node.Differentiate(s.backward, append(slices.Clone(s.parts), s.scaled, s.shifted)...)
	return sums
}

// state joins the parts of h in a step, whose first elements they are.
func (s *score) state(b *graph.Graph, e []*graph.Value) *graph.Value {
	if len(s.parts) == 1 {
		return e[0]
	}
	return b.Concat(1, e[:len(s.parts)]...)
}

// widths are those of the parts.
func (s *score) widths() []int {
	out := make([]int, len(s.parts))
	for i, p := range s.parts {
		n, _ := p.Shape[2].Fixed()
		out[i] = int(n)
	}
	return out
}

// centred gives c and keep⊙c of a step, and keep as numbers.
func (s *score) centred(b *graph.Graph, h, mean *graph.Value, e []*graph.Value) (c, kept, keep *graph.Value) {
	c = b.Sub(h, mean)
	if s.keep == nil {
		return c, c, nil
	}
	keep = b.Cast(e[len(s.parts)], c.DType)
	return c, b.Mul(c, keep), keep
}

// constant is Σ keep⊙shifted, [T,B,1], or without dropout [1,1].
func (s *score) constant(g *graph.Graph, sums []*graph.Value) *graph.Value {
	if s.keep == nil {
		return g.ReduceSum(s.shifted, true, 0)
	}
	return sums[2]
}

// backward is the second loop. With the gradients q, u and v of the three sums
// and since Σc = 0,
//
//	dh = 2q·c + u·(keep⊙scaled − mean(keep⊙scaled)),
//	dscaled = Σ u·keep⊙c,   dshifted = Σ v·keep.
func (s *score) backward(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
	grads = filled(g, n, grads[:s.count])
	width, _ := s.scaled.Shape[0].Fixed()
	shares := g.Div(s.scaled, g.Like(s.scaled, float64(width)))
	means := s.node.Emit(func(*graph.Graph) []*graph.Value { return []*graph.Value{s.mean} })
	twice := g.Mul(g.Like(grads[0], 2), grads[0])
	elems := slices.Concat(s.elems, means, []*graph.Value{twice}, grads[1:])
	zero := g.Expand(g.Like(s.scaled, 0), s.scaled.Shape...)
	finals, outs := g.Scan(graph.ScanSpec{States: []*graph.Value{zero, zero}, Elems: elems},
		func(b *graph.Graph, sums, e []*graph.Value) (next, outs []*graph.Value) {
			own := e[len(s.elems):]
			mean, q, u := own[0], own[1], own[2]
			c, kept, keep := s.centred(b, s.state(b, e), mean, e)
			next = []*graph.Value{b.Add(sums[0], b.MatMul(b.Transpose(kept, 1, 0), u)), b.Identity(sums[1])}
			if keep != nil {
				next[1] = b.Add(sums[1], b.MatMul(b.Transpose(keep, 1, 0), own[3]))
			}
			dh := b.Add(b.Mul(q, c), b.Mul(u, s.spread(b, keep, shares)))
			if len(s.parts) == 1 {
				return next, []*graph.Value{dh}
			}
			return next, b.Split(dh, 1, s.widths()...)
		})
	all := slices.Concat(outs, finals)
	for i := range all {
		if !want[i] {
			all[i] = nil
		}
	}
	return all
}

// spread is keep⊙scaled − mean(keep⊙scaled), [B,W]; shares is scaled/W.
func (s *score) spread(b *graph.Graph, keep, shares *graph.Value) *graph.Value {
	weights := b.Transpose(s.scaled, 1, 0)
	if keep == nil {
		return b.Sub(weights, b.ReduceMean(weights, true, 1))
	}
	return b.Sub(b.Mul(keep, weights), b.MatMul(keep, shares))
}
