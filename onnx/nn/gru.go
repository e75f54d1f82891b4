package nn

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// GRUParams are the parameters of a bidirectional GRU with PyTorch's names
// and layouts: weight_ih_l0 [3H,E], weight_hh_l0 [3H,H], bias_ih_l0 and
// bias_hh_l0 [3H], gates in the order r, z, n, and the same with _reverse.
func GRUParams(name string, in, hidden int) []Param {
	h, init := int64(hidden), uniformFan(hidden)
	var out []Param
	for _, suffix := range []string{"", "_reverse"} {
		out = append(out,
			Param{name + ".weight_ih_l0" + suffix, []int64{3 * h, int64(in)}, init},
			Param{name + ".weight_hh_l0" + suffix, []int64{3 * h, h}, init},
			Param{name + ".bias_ih_l0" + suffix, []int64{3 * h}, init},
			Param{name + ".bias_hh_l0" + suffix, []int64{3 * h}, init})
	}
	return out
}

// Sequence is what a recurrent layer reads.
type Sequence struct {
	// Rows [U,E] are vectors and Places [T,B] says which one each position
	// has. Rows are projected once, whatever the number of positions.
	Rows, Places *graph.Value
	// Gate [T,B] scales the vector of each position; nil leaves it as it is.
	Gate *graph.Value
	// Mask [T,B] is 1 at real positions. The state is held at zero elsewhere,
	// so that the backward direction starts at a text's last word. With a nil
	// Mask the recurrence runs over the padding, as the reference code's does.
	Mask *graph.Value
}

// GRU runs both directions over the sequence and gives the states [T,B,2H],
// forward then backward.
func GRU(g *graph.Graph, w Weights, name string, s Sequence) *graph.Value {
	var out [2]*graph.Value
	for i := range out {
		d := newDirection(g.Scope(name), w, name, s, i == 1)
		d.scan(false)
		out[i] = d.states
	}
	return g.Scope(name).Concat(2, out[0], out[1])
}

// PooledGRU runs both directions over the sequence and gives the maximum over
// the real positions of each state's features, [B,2H]. valid [T,B] is 1 at
// real positions. The gradient goes to the first maximal position.
func PooledGRU(g *graph.Graph, w Weights, name string, s Sequence, valid *graph.Value) *graph.Value {
	var out [2]*graph.Value
	for i := range out {
		d := newDirection(g.Scope(name), w, name, s, i == 1)
		d.valid = valid
		d.scan(true)
		out[i] = d.best
	}
	return g.Scope(name).Concat(1, out[0], out[1])
}

// direction is one direction of a GRU while its graph is built:
//
//	r = σ(W_ir x + b_ir + W_hr h + b_hr)
//	z = σ(W_iz x + b_iz + W_hz h + b_hz)
//	n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
//	h' = n + z ⊙ (h − n)
type direction struct {
	g       *graph.Graph
	seq     Sequence
	reverse bool
	hidden  int

	wih, whh, bih, bhh *graph.Value // as PyTorch lays them out
	recurRZ, recurN    *graph.Value // [H,2H], [H,H]: the rows of whh, transposed
	biasRZ             *graph.Value // [2H]: both biases of r and z
	biasIn, biasHn     *graph.Value // [H]
	rows               *graph.Value // [U,3H]: the rows projected by wih
	rowsRZ, rowsN      *graph.Value // [U,2H], [U,H]: its parts, with biases where no gate scales them

	valid *graph.Value // [T,B], for the maximum over time

	// What the forward pass leaves for the backward one, all [T,B,·].
	states, before, rz, n, hn *graph.Value
	best, first               *graph.Value // [B,H]: maximum and its position
}

func newDirection(g *graph.Graph, w Weights, name string, s Sequence, reverse bool) *direction {
	suffix, scope := "", "forward"
	if reverse {
		suffix, scope = "_reverse", "backward"
	}
	d := &direction{
		g: g.Scope(scope), seq: s, reverse: reverse,
		wih: w[name+".weight_ih_l0"+suffix], whh: w[name+".weight_hh_l0"+suffix],
		bih: w[name+".bias_ih_l0"+suffix], bhh: w[name+".bias_hh_l0"+suffix],
	}
	if d.wih == nil || d.whh == nil || d.bih == nil || d.bhh == nil {
		g.Fail("GRU %s: parameters are missing", name)
		return d
	}
	if g.Err() == nil {
		d.prepare()
	}
	return d
}

// prepare brings the weights into the form that the steps multiply with, and
// projects the rows: they are frozen word vectors, so a few thousand distinct
// rows stand for all positions of a batch.
func (d *direction) prepare() {
	g := d.g
	size, _ := d.whh.Shape[1].Fixed()
	d.hidden = int(size)
	h := d.hidden
	recur := g.Split(g.Transpose(d.whh, 1, 0), 1, 2*h, h)
	d.recurRZ, d.recurN = recur[0], recur[1]
	d.rows = g.MatMul(d.seq.Rows, g.Transpose(d.wih, 1, 0))
	rows := g.Split(d.rows, 1, 2*h, h)
	d.rowsRZ, d.rowsN = rows[0], rows[1]
	in, hid := g.Split(d.bih, 0, 2*h, h), g.Split(d.bhh, 0, 2*h, h)
	d.biasRZ = g.Add(in[0], hid[0])
	d.biasIn, d.biasHn = in[1], hid[1]
	if d.seq.Gate == nil { // nothing scales the rows: the biases can join them
		d.rowsRZ, d.rowsN = g.Add(d.rowsRZ, d.biasRZ), g.Add(d.rowsN, d.biasIn)
	}
}

// step is one time step; the saved values are what the backward pass needs.
func (d *direction) step(b *graph.Graph, h, place, gate, mask *graph.Value) (next, rz, n, hn *graph.Value) {
	xRZ, xN := b.Gather(d.rowsRZ, place, 0), b.Gather(d.rowsN, place, 0)
	if gate != nil {
		xRZ, xN = b.Add(b.Mul(xRZ, gate), d.biasRZ), b.Add(b.Mul(xN, gate), d.biasIn)
	}
	rz = b.Sigmoid(b.Gemm(h, d.recurRZ, xRZ, graph.GemmOptions{}))
	gates := b.Split(rz, 1, d.hidden, d.hidden)
	r, z := gates[0], gates[1]
	hn = b.Gemm(h, d.recurN, d.biasHn, graph.GemmOptions{})
	n = b.Tanh(b.Add(xN, b.Mul(r, hn)))
	next = b.Add(n, b.Mul(z, b.Sub(h, n)))
	if mask != nil {
		next = b.Mul(next, mask)
	}
	return next, rz, n, hn
}

// scan builds the forward recurrence. With pool it carries the running
// maximum over the valid positions and where it was first reached, and no
// sequence of states leaves the loop.
func (d *direction) scan(pool bool) {
	g := d.g
	if g.Err() != nil {
		return
	}
	elems := &operands{}
	place := elems.add(d.seq.Places)
	gate := elems.addColumn(g, d.seq.Gate)
	mask := elems.addColumn(g, d.seq.Mask)
	batch := d.seq.Places.Shape[1]
	state := []*graph.Value{d.zeros(batch, d.rowsN)}
	valid, at := -1, -1
	if pool {
		valid = elems.addColumn(g, g.Greater(d.valid, g.Like(d.valid, 0)))
		at = elems.add(d.times(g))
		state = append(state, g.Expand(g.Like(d.rowsN, emptyMax), batch, graph.N(d.hidden)),
			g.Expand(g.Scalar(tensor.Int32, nowhere), batch, graph.N(d.hidden)))
	}
	finals, outs := g.Scan(graph.ScanSpec{States: state, Elems: elems.list, Reverse: d.reverse},
		func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
			h, rz, n, hn := d.step(b, s[0], e[place], pick(e, gate), pick(e, mask))
			outs = []*graph.Value{b.Identity(s[0]), rz, n, hn}
			if !pool {
				return []*graph.Value{h}, append(outs, h)
			}
			best, first := d.poolStep(b, h, s[1], s[2], e[valid], e[at])
			return []*graph.Value{h, best, first}, outs
		})
	if g.Err() != nil {
		return
	}
	d.before, d.rz, d.n, d.hn = outs[0], outs[1], outs[2], outs[3]
	if pool {
		d.best, d.first = finals[1], finals[2]
	} else {
		d.states = outs[4]
	}
	d.differentiate(finals[0].Node())
}

// emptyMax is what the maximum over no position is; the reference code fills
// padding with it. It is reached nowhere, so no position gets its gradient.
const (
	emptyMax = -1e6
	nowhere  = -1
)

// poolStep updates the running maximum [B,H] with this step's state. The
// first maximal position in the text's order wins, so the direction that
// walks from the end replaces on ties.
func (d *direction) poolStep(b *graph.Graph, h, best, first, valid, at *graph.Value) (*graph.Value, *graph.Value) {
	beats := b.Greater
	if d.reverse {
		beats = b.GreaterOrEqual
	}
	better := b.And(beats(h, best), valid)
	return b.Where(better, h, best), b.Where(better, at, first)
}

// times numbers the steps, as int32 to halve what the maximum carries along.
func (d *direction) times(g *graph.Graph) *graph.Value {
	return g.Cast(g.Range(d.seq.Places.Shape[0]), tensor.Int32)
}

func (d *direction) zeros(batch graph.Dim, like *graph.Value) *graph.Value {
	return d.g.Expand(d.g.Like(like, 0), batch, graph.N(d.hidden))
}

// operands collects the elements of a Scan and remembers their places.
type operands struct{ list []*graph.Value }

func (o *operands) add(v *graph.Value) int {
	if v == nil {
		return -1
	}
	o.list = append(o.list, v)
	return len(o.list) - 1
}

// addColumn adds a [T,B] value as [T,B,1], ready to scale [B,H] states.
func (o *operands) addColumn(g *graph.Graph, v *graph.Value) int {
	if v == nil {
		return -1
	}
	return o.add(g.Unsqueeze(v, 2))
}

func pick(e []*graph.Value, i int) *graph.Value {
	if i < 0 {
		return nil
	}
	return e[i]
}
