package nn

import (
	"slices"

	"rationale/onnx/graph"
)

// Score is a number for each position of a bidirectional layer's states:
//
//	w · dropout(LayerNorm(h)) + b,  h = (forward, backward),
//
// with LayerNorm's scale γ and shift β [2H], w [1,2H] and b [1]. forward and
// backward are [T,B,H], the result is [T,B]. keep [T,B,2H] (uint8) says which
// features dropout keeps, share how many they are; a nil keep is evaluation.
//
// Both loops over time work on what fits into the processor's cache. With the
// centred c = h − mean(h), the scale s = 1/√(mean(c²) + ε), and w and β taken
// together, it is
//
//	s·Σ keep⊙c⊙(γ⊙w/share) + Σ keep⊙(β⊙w/share) + b,
//
// which needs a third of the elementwise work of the layers one by one.
func Score(g *graph.Graph, forward, backward, keep *graph.Value, share float64, p ScoreParams) *graph.Value {
	s := &score{keep: keep}
	weight := p.Weight
	if keep != nil {
		weight = g.Div(weight, g.Like(weight, share))
	}
	s.scaled = g.Transpose(g.Mul(weight, p.Scale), 1, 0)
	s.shifted = g.Transpose(g.Mul(weight, p.Shift), 1, 0)
	if g.Err() != nil {
		return forward
	}
	s.elems = []*graph.Value{forward, backward}
	if keep != nil {
		s.elems = append(s.elems, keep)
	}
	_, outs := g.Scan(graph.ScanSpec{Elems: s.elems}, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
		return nil, []*graph.Value{s.step(b, e)}
	})
	s.node = outs[0].Node()
	s.node.Differentiate(s.backward, forward, backward, s.scaled, s.shifted)
	return g.Add(g.Squeeze(outs[0], 2), p.Bias)
}

// ScoreParams are the parameters of Score.
type ScoreParams struct{ Scale, Shift, Weight, Bias *graph.Value }

// score is a Score while its graph is built.
type score struct {
	elems           []*graph.Value
	keep            *graph.Value
	scaled, shifted *graph.Value // [2H,1]: γ⊙w/share, β⊙w/share
	shares          *graph.Value // scaled/2H, for means
	node            *graph.Node

	// In the forward loop's body, [B,1] each: mean(h), s, and Σ keep⊙c⊙scaled.
	mean, scale, sum *graph.Value
}

// centred gives c and keep⊙c of a step, and keep as numbers.
func (s *score) centred(b *graph.Graph, e []*graph.Value, mean *graph.Value) (c, kept, keep *graph.Value) {
	h := b.Concat(1, e[0], e[1])
	if mean == nil {
		s.mean = b.ReduceMean(h, true, 1)
		mean = s.mean
	}
	c = b.Sub(h, mean)
	if s.keep == nil {
		return c, c, nil
	}
	keep = b.Cast(e[2], c.DType)
	return c, b.Mul(c, keep), keep
}

func (s *score) step(b *graph.Graph, e []*graph.Value) *graph.Value {
	c, kept, keep := s.centred(b, e, nil)
	width, _ := c.Shape[1].Fixed()
	variance := b.Div(b.ReduceSumSquare(c, true, 1), b.Like(c, float64(width)))
	s.scale = b.Div(b.Like(c, 1), b.Sqrt(b.Add(variance, b.Like(c, LayerNormEpsilon))))
	s.sum = b.MatMul(kept, s.scaled)
	return b.Add(b.Mul(s.sum, s.scale), s.constant(b, keep))
}

// constant is Σ keep⊙shifted, [B,1] or [1,1].
func (s *score) constant(b *graph.Graph, keep *graph.Value) *graph.Value {
	if keep == nil {
		return b.ReduceSum(s.shifted, true, 0)
	}
	return b.MatMul(keep, s.shifted)
}

// backward is the second loop. With the gradient u of the score,
//
//	dh = s·u·(keep⊙scaled − mean(keep⊙scaled)) − c · u·sum·s³/(2H),
//	dscaled = Σ s·u·keep⊙c,   dshifted = Σ u·keep.
func (s *score) backward(g *graph.Graph, _ *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
	saved := s.node.Emit(func(*graph.Graph) []*graph.Value { return []*graph.Value{s.mean, s.scale, s.sum} })
	elems := slices.Concat(s.elems, grads[:1], saved)
	width, _ := s.scaled.Shape[0].Fixed()
	s.shares = g.Div(s.scaled, g.Like(s.scaled, float64(width)))
	state := []*graph.Value{g.Expand(g.Like(s.scaled, 0), s.scaled.Shape...), g.Expand(g.Like(s.shifted, 0), s.shifted.Shape...)}
	finals, outs := g.Scan(graph.ScanSpec{States: state, Elems: elems},
		func(b *graph.Graph, sums, e []*graph.Value) (next, outs []*graph.Value) {
			up, mean, scale, sum := e[len(s.elems)], e[len(s.elems)+1], e[len(s.elems)+2], e[len(s.elems)+3]
			c, kept, keep := s.centred(b, e, mean)
			su := b.Mul(scale, up)
			next = []*graph.Value{
				b.Add(sums[0], b.MatMul(b.Transpose(kept, 1, 0), su)),
				b.Add(sums[1], s.shiftGrad(b, keep, up)),
			}
			dh := s.stateGrad(b, c, keep, su, b.Mul(su, b.Mul(sum, b.Mul(scale, scale))))
			half := c.Shape[1]
			n, _ := half.Fixed()
			return next, b.Split(dh, 1, int(n/2), int(n/2))
		})
	all := []*graph.Value{outs[0], outs[1], finals[0], finals[1]}
	for i := range all {
		if !want[i] {
			all[i] = nil
		}
	}
	return all
}

// stateGrad is dh of a step, [B,2H]; su is s·u and spread u·sum·s³.
func (s *score) stateGrad(b *graph.Graph, c, keep, su, spread *graph.Value) *graph.Value {
	width, _ := c.Shape[1].Fixed()
	n := b.Like(c, float64(width))
	weights := b.Transpose(s.scaled, 1, 0)
	mean := b.ReduceMean(weights, true, 1)
	if keep != nil {
		mean = b.MatMul(keep, s.shares)
		weights = b.Mul(keep, weights)
	}
	return b.Sub(b.Mul(b.Sub(weights, mean), su), b.Mul(c, b.Div(spread, n)))
}

// shiftGrad is Σ u·keep over the batch, [2H,1].
func (s *score) shiftGrad(b *graph.Graph, keep, up *graph.Value) *graph.Value {
	if keep == nil {
		return b.Expand(b.ReduceSum(up, true, 0), s.shifted.Shape...)
	}
	return b.MatMul(b.Transpose(keep, 1, 0), up)
}
