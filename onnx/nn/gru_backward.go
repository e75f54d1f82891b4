package nn

import (
	"rationale/onnx/grad"
	"rationale/onnx/graph"
)

// differentiate gives the forward Scan its gradient: a second Scan in the
// opposite order over the saved gates, then one matrix product per weight
// over the whole sequence. The operands are the layer's own inputs, so the
// walker never differentiates the projections inside.
func (d *direction) differentiate(scan *graph.Node) {
	ops := []*graph.Value{d.wih, d.whh, d.bih, d.bhh, d.seq.Rows}
	if d.seq.Gate != nil {
		ops = append(ops, d.seq.Gate)
	}
	scan.Differentiate(func(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
		return d.backward(g, d.upstream(grads), want)
	}, ops...)
}

// upstream picks the gradient that matters: of the maximum [B,H] (output 1)
// when pooling, of the states [T,B,H] (the last output) otherwise.
func (d *direction) upstream(grads []*graph.Value) *graph.Value {
	if d.best != nil {
		return grads[1]
	}
	return grads[len(grads)-1]
}

// gateGrads are the gradients of the gates' pre-activations, all [T,B,·]:
// of r and z, of n, and of W_hn h + b_hn. gate is [T,B,1].
type gateGrads struct{ rz, n, hn, gate *graph.Value }

func (d *direction) backward(g *graph.Graph, up *graph.Value, want []bool) []*graph.Value {
	wantGate := len(want) > 5 && want[5]
	da := d.backwardScan(g, up, wantGate)
	out := make([]*graph.Value, len(want))
	rz, n, hn := d.matrix(g, da.rz), d.matrix(g, da.n), d.matrix(g, da.hn)
	if want[0] {
		x := d.matrix(g, d.inputs(g))
		out[0] = g.Concat(0, outer(g, rz, x), outer(g, n, x))
	}
	if want[1] {
		h := d.matrix(g, d.before)
		out[1] = g.Concat(0, outer(g, rz, h), outer(g, hn, h))
	}
	if want[2] || want[3] {
		sumRZ := columnSums(g, rz)
		out[2] = g.Concat(0, sumRZ, columnSums(g, n))
		out[3] = g.Concat(0, sumRZ, columnSums(g, hn))
	}
	if want[4] {
		out[4] = d.rowGrads(g, rz, n)
	}
	if wantGate {
		out[5] = g.Squeeze(da.gate, 2)
	}
	return out
}

// backwardScan walks against the direction of the forward pass, carrying the
// gradient of the state.
func (d *direction) backwardScan(g *graph.Graph, up *graph.Value, wantGate bool) gateGrads {
	elems := &operands{}
	before, rz, n, hn := elems.add(d.before), elems.add(d.rz), elems.add(d.n), elems.add(d.hn)
	mask := elems.addColumn(g, d.seq.Mask)
	place, at, upAt := -1, -1, -1
	if wantGate {
		place = elems.add(d.seq.Places)
	}
	if d.best != nil {
		at = elems.add(g.Range(d.seq.Places.Shape[0]))
	} else {
		upAt = elems.add(up)
	}
	state := []*graph.Value{d.zeros(d.seq.Places.Shape[1], up)}
	_, outs := g.Scan(graph.ScanSpec{States: state, Elems: elems.list, Reverse: !d.reverse},
		func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
			dh := b.Add(s[0], d.arriving(b, up, pick(e, upAt), pick(e, at)))
			if m := pick(e, mask); m != nil {
				dh = b.Mul(dh, m)
			}
			da, carry := d.backwardStep(b, dh, e[before], e[rz], e[n], e[hn])
			outs = []*graph.Value{da.rz, da.n, da.hn}
			if wantGate {
				outs = append(outs, d.gateGrad(b, da, e[place]))
			}
			return []*graph.Value{carry}, outs
		})
	if g.Err() != nil {
		return gateGrads{up, up, up, up}
	}
	da := gateGrads{rz: outs[0], n: outs[1], hn: outs[2]}
	if wantGate {
		da.gate = outs[3]
	}
	return da
}

// arriving is the gradient that enters at this step from above: a slice of
// the states' gradient, or the maximum's gradient where it was reached here.
func (d *direction) arriving(b *graph.Graph, up, slice, at *graph.Value) *graph.Value {
	if at == nil {
		return slice
	}
	return b.Where(b.Equal(d.first, at), up, b.Like(up, 0))
}

// backwardStep differentiates one step of the recurrence.
func (d *direction) backwardStep(b *graph.Graph, dh, before, rz, n, hn *graph.Value) (gateGrads, *graph.Value) {
	one := b.Like(dh, 1)
	gates := b.Split(rz, 1, d.hidden, d.hidden)
	r, z := gates[0], gates[1]
	viaZ := b.Mul(dh, z)
	dn := b.Mul(b.Sub(dh, viaZ), b.Sub(one, b.Mul(n, n)))
	dhn := b.Mul(dn, r)
	drz := b.Concat(1, b.Mul(dn, hn), b.Mul(dh, b.Sub(before, n)))
	darz := b.Mul(drz, b.Mul(rz, b.Sub(one, rz)))
	carry := b.Gemm(darz, d.recurRZ, viaZ, graph.GemmOptions{TransB: true})
	carry = b.Gemm(dhn, d.recurN, carry, graph.GemmOptions{TransB: true})
	return gateGrads{rz: darz, n: dn, hn: dhn}, carry
}

// gateGrad is Σ_k da_k · (W x)_k, the gradient of the factor before x: with
// frozen word vectors no gradient of x itself is ever formed.
func (d *direction) gateGrad(b *graph.Graph, da gateGrads, place *graph.Value) *graph.Value {
	viaRZ := b.ReduceSum(b.Mul(da.rz, b.Gather(d.rowsRZ, place, 0)), true, 1)
	viaN := b.ReduceSum(b.Mul(da.n, b.Gather(d.rowsN, place, 0)), true, 1)
	return b.Add(viaRZ, viaN)
}

// inputs are the vectors that the gates saw, [T,B,E].
func (d *direction) inputs(g *graph.Graph) *graph.Value {
	x := g.Gather(d.seq.Rows, d.seq.Places, 0)
	if d.seq.Gate == nil {
		return x
	}
	return g.Mul(x, g.Unsqueeze(d.seq.Gate, 2))
}

// rowGrads adds up each row's gradient over the positions that show it.
func (d *direction) rowGrads(g *graph.Graph, rz, n *graph.Value) *graph.Value {
	dx := g.MatMul(g.Concat(1, rz, n), d.wih)
	if d.seq.Gate != nil {
		dx = g.Mul(dx, g.Reshape(d.seq.Gate, d.positions(), graph.N(1)))
	}
	return grad.Ungather(g, dx, g.Reshape(d.seq.Places, d.positions()), 0, d.seq.Rows.Shape[0])
}

func (d *direction) positions() graph.Dim { return d.seq.Places.Shape.Count() }

// matrix views [T,B,n] as [T·B,n].
func (d *direction) matrix(g *graph.Graph, x *graph.Value) *graph.Value {
	return g.Reshape(x, d.positions(), x.Shape[len(x.Shape)-1])
}

// outer is aᵀ·b: the sum over positions of outer products.
func outer(g *graph.Graph, a, b *graph.Value) *graph.Value {
	return g.Gemm(a, b, nil, graph.GemmOptions{TransA: true})
}

// columnSums adds up the rows of x [N,n] as a product with ones, which is
// faster than a reduction over the outer axis.
func columnSums(g *graph.Graph, x *graph.Value) *graph.Value {
	ones := g.Expand(g.Like(x, 1), graph.N(1), x.Shape[0])
	return g.Reshape(g.MatMul(ones, x), x.Shape[1])
}
