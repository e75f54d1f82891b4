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
	l := newGRU(g.Scope(name), w, name, s)
	if l.g.Err() != nil {
		return l.input, l.input
	}
	l.read(s, l.fromEnd(s, nil))
	// Both directions take a step at a time in one loop, from opposite ends of
	// the frame: the second one's states are stacked from the end.
	_, outs := l.scan(nil, func(b *graph.Graph) (next, outs []*graph.Value) {
		return nil, b.Split(l.cell.next, 0, 1, 1)
	}, 1)
	l.differentiate(arrivingStates)
	return l.g.Squeeze(outs[0], 1), l.g.Squeeze(outs[1], 1)
}

// gru is both directions of a GRU while its graph is built. They are one
// recurrence over stacked states [2,B,H] with stacked weights: half as many
// operators, each of twice the size, and a product a direction for each
// processor core. Every step is
//
//	r = σ(W_ir x + b_ir + W_hr h + b_hr)
//	z = σ(W_iz x + b_iz + W_hz h + b_hz)
//	n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
//	h' = n + z ⊙ (h − n)
type gru struct {
	g      *graph.Graph
	hidden int

	input   *graph.Value // [2,3H,E+2]: W_i, both biases, and what padding adds
	recur   *graph.Value // [2,3H,H]: W_h
	newBias *graph.Value // [2,1,H]: b_hn, which stands inside a product
	rows    *graph.Value // [U,E], as the Sequence gives them
	shown   *graph.Value // [T,B] or nil

	reading reading
	node    *graph.Node // the forward Scan
	cell    cell        // its step
	pool    *pool       // of a layer that keeps the maximum alone
}

func newGRU(g *graph.Graph, w Weights, name string, s Sequence) *gru {
	l := &gru{g: g, rows: s.Rows, shown: s.Shown}
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
		l.input = wih
		return l
	}
	size, _ := whh.Shape[2].Fixed()
	h := int(size)
	in, hid := g.Split(bih, 1, 2*h, h), g.Split(bhh, 1, 2*h, h)
	bias := g.Concat(1, g.Add(in[0], hid[0]), in[1])
	l.hidden, l.recur = h, whh
	l.input = g.Concat(2, wih, g.Unsqueeze(bias, 2), closed(g, wih, h))
	l.newBias = g.Unsqueeze(hid[1], 1)
	return l
}

// cell is one step of the recurrence, in the Scan's body.
type cell struct{ before, r, z, n, hn, next *graph.Value }

// step computes h' from h and the projected words of both directions.
func (l *gru) step(b *graph.Graph, h, xRZ, xN *graph.Value) cell {
	w := &l.reading
	rz := b.Split(b.Sigmoid(b.Add(b.MatMul(h, w.weightRZ), xRZ)), 2, l.hidden, l.hidden)
	c := cell{before: h, r: rz[0], z: rz[1]}
	c.hn = b.Add(b.MatMul(h, w.weightN), w.biasN)
	c.n = b.Tanh(b.Add(xN, b.Mul(c.r, c.hn)))
	c.next = b.Add(c.n, b.Mul(c.z, b.Sub(h, c.n)))
	return c
}

// scan builds the forward loop. states are carried beside h; body, called
// when l.cell is the step, gives their next values and what the loop emits.
func (l *gru) scan(states []*graph.Value, body func(b *graph.Graph) (next, outs []*graph.Value), opposed ...int) (finals, outs []*graph.Value) {
	r := &l.reading
	spec := graph.ScanSpec{
		States:      append([]*graph.Value{l.zeros()}, states...),
		Elems:       r.elems,
		OpposedOuts: opposed,
	}
	finals, outs = l.g.Scan(spec, func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
		r.carried, r.elem = s, e
		l.cell = l.step(b, s[0], b.Gather(r.tableRZ, e[0], 0), b.Gather(r.tableN, e[0], 0))
		next, outs = body(b)
		return append([]*graph.Value{l.cell.next}, next...), outs
	})
	l.node = finals[0].Node()
	return finals, outs
}

// zeros is the state [2,B,H] before the first step.
func (l *gru) zeros() *graph.Value {
	return l.g.Expand(l.g.Like(l.recur, 0), l.stateShape()...)
}

func (l *gru) stateShape() graph.Shape {
	return graph.Shape{graph.N(2), l.reading.batch, graph.N(l.hidden)}
}
