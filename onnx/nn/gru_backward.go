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

// gateGrads are the gradients of the gates' pre-activations r, z, n, [T,B,3H]:
// of their input part W x + b and of their recurrent part W h + b, which
// differ in n. gate is the gradient of the factor before x, [T,B,1].
type gateGrads struct{ input, recurrent, gate *graph.Value }

func (d *direction) backward(g *graph.Graph, up *graph.Value, want []bool) []*graph.Value {
	wantGate := len(want) > 5 && want[5]
	da := d.backwardScan(g, up, wantGate)
	input, recurrent := d.matrix(g, da.input), d.matrix(g, da.recurrent)
	out := make([]*graph.Value, len(want))
	if want[0] {
		out[0] = outer(g, input, d.matrix(g, d.inputs(g)))
	}
	if want[1] {
		out[1] = outer(g, recurrent, d.matrix(g, d.before))
	}
	if want[2] {
		out[2] = columnSums(g, input)
	}
	if want[3] {
		out[3] = columnSums(g, recurrent)
	}
	if want[4] {
		out[4] = d.rowGrads(g, input)
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
		at = elems.add(d.times(g))
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
			outs = []*graph.Value{da.input, da.recurrent}
			if wantGate {
				outs = append(outs, d.gateGrad(b, da.input, e[place]))
			}
			return []*graph.Value{carry}, outs
		})
	if g.Err() != nil {
		return gateGrads{up, up, up}
	}
	da := gateGrads{input: outs[0], recurrent: outs[1]}
	if wantGate {
		da.gate = outs[2]
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

// backwardStep differentiates one step of the recurrence. The weights whh, as
// PyTorch lays them out, are just what carries the gradient to the state
// before.
func (d *direction) backwardStep(b *graph.Graph, dh, before, rz, n, hn *graph.Value) (gateGrads, *graph.Value) {
	one := b.Like(dh, 1)
	gates := b.Split(rz, 1, d.hidden, d.hidden)
	r, z := gates[0], gates[1]
	viaZ := b.Mul(dh, z)
	dn := b.Mul(b.Sub(dh, viaZ), b.Sub(one, b.Mul(n, n)))
	drz := b.Concat(1, b.Mul(dn, hn), b.Mul(dh, b.Sub(before, n)))
	darz := b.Mul(drz, b.Mul(rz, b.Sub(one, rz)))
	da := gateGrads{input: b.Concat(1, darz, dn), recurrent: b.Concat(1, darz, b.Mul(dn, r))}
	return da, b.Gemm(da.recurrent, d.whh, viaZ, graph.GemmOptions{})
}

// gateGrad is Σ_k da_k · (W x)_k, the gradient of the factor before x: with
// frozen word vectors no gradient of x itself is ever formed.
func (d *direction) gateGrad(b *graph.Graph, input, place *graph.Value) *graph.Value {
	return b.ReduceSum(b.Mul(input, b.Gather(d.rows, place, 0)), true, 1)
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
func (d *direction) rowGrads(g *graph.Graph, input *graph.Value) *graph.Value {
	dx := g.MatMul(input, d.wih)
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
