package nn

import (
	"rationale/onnx/graph"
)

// GRUParams are the parameters of a bidirectional GRU with PyTorch's names
// and layouts: weight_ih_l0 [3H,E], weight_hh_l0 [3H,H], bias_ih_l0 and
// bias_hh_l0 [3H], gates in the order r, z, n, and the same with _reverse.
func GRUParams(name string, in, hidden int) []Param {
	h, init := int64(hidden), uniformFan(hidden)
	var out []Param
	for _, suffix := range directionSuffixes {
		out = append(out,
			Param{Name: name + ".weight_ih_l0" + suffix, Shape: []int64{3 * h, int64(in)}, Init: init},
			Param{Name: name + ".weight_hh_l0" + suffix, Shape: []int64{3 * h, h}, Init: init},
			Param{Name: name + ".bias_ih_l0" + suffix, Shape: []int64{3 * h}, Init: init},
			Param{Name: name + ".bias_hh_l0" + suffix, Shape: []int64{3 * h}, Init: init})
	}
	return out
}

// The forward direction comes first everywhere.
var directionSuffixes = [2]string{"", "_reverse"}

// GRU runs both directions over the sequence and gives their states [T,B,H],
// both in the text's order. Behind a text's end the forward direction holds
// its last state and the backward one is zero.
func GRU(g *graph.Graph, w Weights, name string, s Sequence) (forward, backward *graph.Value) {
	l := newGRU(g.Scope(name), w, name)
	if l.g.Err() != nil {
		return l.input, l.input
	}
	// Both directions take a step at a time in one loop, from opposite ends of
	// the frame: the second one's states are stacked from the end.
	loop := l.read(s, l.fromEnd(s, nil)).scan(nil, func(b *graph.Graph, c cell) (next, outs []*graph.Value) {
		return nil, b.Split(c.next, 0, 1, 1)
	}, 1)
	loop.differentiate(arrivingStates)
	return l.g.Squeeze(loop.outs[0], 1), l.g.Squeeze(loop.outs[1], 1)
}

// gru is both directions of a GRU. They are one recurrence over stacked states
// [2,B,H] with stacked weights: half as many operators, each of twice the size,
// and a product a direction for each processor core.
//
// A layer grows in three phases, each a method of what the one before gave: a
// gru reads a sequence, the reading is scanned, and the forward loop is
// differentiated.
type gru struct {
	g      *graph.Graph
	hidden int

	input   *graph.Value // [2,3H,E+2]: W_i, both biases, and what padding adds
	recur   *graph.Value // [2,3H,H]: W_h
	newBias *graph.Value // [2,1,H]: b_hn, which stands inside a product
}

// newGRU stacks the weights of both directions. Without them the graph has an
// error, and input alone is set.
func newGRU(g *graph.Graph, w Weights, name string) *gru {
	stack := func(param string) *graph.Value {
		a, b := w[name+param+directionSuffixes[0]], w[name+param+directionSuffixes[1]]
		if a == nil || b == nil {
			return g.Fail("GRU %s: parameters are missing", name)
		}
		return g.Concat(0, g.Unsqueeze(a, 0), g.Unsqueeze(b, 0))
	}
	wih, whh := stack(".weight_ih_l0"), stack(".weight_hh_l0")
	bih, bhh := stack(".bias_ih_l0"), stack(".bias_hh_l0")
	if g.Err() != nil {
		return &gru{g: g, input: wih}
	}
	size, _ := whh.Shape[2].Fixed()
	h := int(size)
	in, hid := g.Split(bih, 1, 2*h, h), g.Split(bhh, 1, 2*h, h)
	bias := g.Concat(1, g.Add(in[0], hid[0]), in[1])
	return &gru{
		g: g, hidden: h, recur: whh,
		input:   g.Concat(2, wih, g.Unsqueeze(bias, 2), closed(g, wih, h)),
		newBias: g.Unsqueeze(hid[1], 1),
	}
}

// stateShape is [2,B,H].
func (l *gru) stateShape(batch graph.Dim) graph.Shape {
	return graph.Shape{graph.N(2), batch, graph.N(l.hidden)}
}

// forward is the forward loop over a reading.
type forward struct {
	*reading
	node         *graph.Node // the Scan
	cell         cell        // its step
	finals, outs []*graph.Value
}

// cell is one step of the recurrence, in the Scan's body, and what else the
// loop has there.
type cell struct {
	before, r, z, n, hn, next *graph.Value
	carried, elems            []*graph.Value // states beside h; elements
}

// scan builds the forward loop. states are carried beside h; body gives their
// next values and what the loop emits, of which opposed are stacked from the
// end.
func (r *reading) scan(states []*graph.Value, body func(b *graph.Graph, c cell) (next, outs []*graph.Value), opposed ...int) *forward {
	f := &forward{reading: r}
	spec := graph.ScanSpec{
		States:      append([]*graph.Value{r.zeros()}, states...),
		Elems:       r.elems,
		OpposedOuts: opposed,
	}
	f.finals, f.outs = r.g.Scan(spec, func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
		f.cell = r.step(b, s[0], b.Gather(r.tableRZ, e[0], 0), b.Gather(r.tableN, e[0], 0))
		f.cell.carried, f.cell.elems = s[1:], e
		next, outs = body(b, f.cell)
		return append([]*graph.Value{f.cell.next}, next...), outs
	})
	f.node = f.finals[0].Node()
	return f
}

// step computes h' from h and the projected words of both directions:
//
//	r = σ(W_ir x + b_ir + W_hr h + b_hr)
//	z = σ(W_iz x + b_iz + W_hz h + b_hz)
//	n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
//	h' = n + z ⊙ (h − n)
func (r *reading) step(b *graph.Graph, h, xRZ, xN *graph.Value) cell {
	rz := b.Split(b.Sigmoid(b.Add(b.MatMul(h, r.weightRZ), xRZ)), 2, r.hidden, r.hidden)
	c := cell{before: h, r: rz[0], z: rz[1]}
	c.hn = b.Add(b.MatMul(h, r.weightN), r.biasN)
	c.n = b.Tanh(b.Add(xN, b.Mul(c.r, c.hn)))
	c.next = b.Add(c.n, b.Mul(c.z, b.Sub(h, c.n)))
	return c
}

// zeros is the state [2,B,H] before the first step.
func (r *reading) zeros() *graph.Value {
	return r.g.Expand(r.g.Like(r.recur, 0), r.stateShape(r.batch)...)
}
