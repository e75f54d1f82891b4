package nn

import (
	"slices"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
)

// arrival is how the gradient of a layer's result enters the backward loop:
// at each step, here [2,B,H] from the loop's own states and elements.
type arrival struct {
	states, elems []*graph.Value
	opposed       []int // of elems, those that run forward in time
	step          func(b *graph.Graph, states, elems []*graph.Value) (here *graph.Value, next []*graph.Value)
}

// arriving makes an arrival of the gradients of a loop's last states and outputs.
type arriving func(f *forward, upstream []*graph.Value) arrival

// arrivingStates takes the gradients of the states of both directions,
// [T,1,B,H] each. The backward direction's are in the text's order, so they
// are read from the beginning.
func arrivingStates(_ *forward, upstream []*graph.Value) arrival {
	forward, backward := upstream[1], upstream[2]
	return arrival{
		elems: []*graph.Value{forward, backward}, opposed: []int{1},
		step: func(b *graph.Graph, _, e []*graph.Value) (*graph.Value, []*graph.Value) {
			return b.Concat(0, e...), nil
		},
	}
}

// The operands of a GRU's gradient, in the order of want.
const (
	ofInput = iota
	ofRecur
	ofNewBias
	ofAlphabet
	ofShown
)

// differentiate gives the forward Scan its gradient: a second Scan in the
// opposite order. The operands are the stacked weights and the alphabet, so
// the walker never differentiates the projections.
func (f *forward) differentiate(arrive arriving) {
	if f.g.Err() != nil {
		return
	}
	ops := []*graph.Value{f.input, f.recur, f.newBias, f.alphabet}
	if f.shown != nil {
		ops = append(ops, f.shown)
	}
	f.node.Differentiate(func(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
		back := &gruBackward{forward: f, g: g, want: want, arrival: arrive(f, filled(g, n, grads))}
		return back.build()
	}, ops...)
}

// filled puts zeros where an output has no gradient.
func filled(g *graph.Graph, n *graph.Node, grads []*graph.Value) []*graph.Value {
	out := slices.Clone(grads)
	for i, d := range out {
		if d == nil {
			out[i] = g.Expand(g.Like(n.Outputs[i], 0), n.Outputs[i].Shape...)
		}
	}
	return out
}

// gruBackward is the backward loop of a GRU.
type gruBackward struct {
	*forward
	g       *graph.Graph
	want    []bool
	arrival arrival
}

func (l *gruBackward) wants(operand int) bool { return operand < len(l.want) && l.want[operand] }

// build grows the loop in the order in which it is read: what the forward loop
// saved, the loop over it, and of the loop's results the operands' gradients.
func (l *gruBackward) build() []*graph.Value {
	elems := append(slices.Clone(l.saved()), l.words)
	var plain *graph.Value
	if l.wants(ofShown) {
		plain = l.plainWords()
		elems = append(elems, l.shownAt)
	}
	first := len(elems)
	spec := graph.ScanSpec{Reverse: true, Elems: append(elems, l.arrival.elems...)}
	for _, i := range l.arrival.opposed {
		spec.Opposed = append(spec.Opposed, first+i)
	}
	spec.States = append([]*graph.Value{l.zeros()}, l.arrival.states...)
	collect := len(spec.States)
	collected, zeros := l.sums()
	spec.States = append(spec.States, zeros...)
	finals, outs := l.g.Scan(spec, func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
		here, waiting := l.arrival.step(b, s[1:collect], e[first:])
		c := l.step(b, b.Add(s[0], here), e)
		sums := c.raise(b, collected, s[collect:], l.alphabet)
		return slices.Concat([]*graph.Value{c.carry}, waiting, sums), l.emitted(b, c, plain)
	})
	if l.g.Err() != nil {
		return make([]*graph.Value, len(l.want))
	}
	return l.gradients(collected, finals[collect:], outs)
}

// saved makes the forward loop emit what the backward one starts from:
// h, r, z, n and hn = W_hn h + b_hn of each step. Writing an array of all
// steps and reading it again costs as much as seven elementwise operators on
// what is in the cache, so what follows from these is computed again.
func (l *gruBackward) saved() []*graph.Value {
	return l.node.Emit(func(b *graph.Graph) []*graph.Value {
		c := l.cell
		return []*graph.Value{b.Identity(c.before), c.r, c.z, c.n, c.hn}
	})
}

// sums are the operands whose gradients add up over the steps, and the zeros
// that they start from.
func (l *gruBackward) sums() (collected []int, zeros []*graph.Value) {
	add := func(operand int, shape graph.Shape) {
		if l.wants(operand) {
			collected = append(collected, operand)
			zeros = append(zeros, l.g.Expand(l.g.Like(l.recur, 0), shape...))
		}
	}
	add(ofInput, l.input.Shape)
	add(ofRecur, l.recur.Shape)
	add(ofNewBias, l.stateShape(l.batch))
	return collected, zeros
}

// backwardCell is one step of the backward loop, in its body.
type backwardCell struct {
	before, words, shownAt *graph.Value // the loop's elements; shownAt if it is wanted

	carry     *graph.Value // [2,B,H]: the gradient of the state before the step
	dhn       *graph.Value // [2,B,H]
	recurrent *graph.Value // [2,B,3H]: of the gates, as W_h sees them
	input     *graph.Value // [2,B,3H]: of the gates, as W_i sees them; nil if nothing wants it
}

// step walks one step back: dh is the gradient of the state after it, carry
// that of the state before. With t = (1−z)⊙dh the gradients of the gates'
// pre-activations are
//
//	da_n = t ⊙ (1−n²)           da_z = t ⊙ z ⊙ (h−n)
//	dhn  = da_n ⊙ r             da_r = dhn ⊙ hn ⊙ (1−r)
//
// and the state before gets z ⊙ dh directly.
func (l *gruBackward) step(b *graph.Graph, dh *graph.Value, e []*graph.Value) backwardCell {
	before, r, z, n, hn := e[0], e[1], e[2], e[3], e[4]
	one := b.Like(dh, 1)
	direct := b.Mul(dh, z)
	t := b.Sub(dh, direct)
	dn := b.Mul(t, b.Sub(one, b.Mul(n, n)))
	dz := b.Mul(t, b.Mul(z, b.Sub(before, n)))
	c := backwardCell{before: before, words: e[5], dhn: b.Mul(dn, r)}
	dr := b.Mul(b.Mul(c.dhn, hn), b.Sub(one, r))
	c.recurrent = b.Concat(2, dr, dz, c.dhn)
	c.carry = b.Add(direct, b.MatMul(c.recurrent, l.recur))
	if l.wants(ofInput) || l.wants(ofAlphabet) || l.wants(ofShown) {
		c.input = b.Concat(2, dr, dz, dn)
	}
	if l.wants(ofShown) {
		c.shownAt = e[6]
	}
	return c
}

// raise adds the step's terms to the sums.
func (c backwardCell) raise(b *graph.Graph, collected []int, sums []*graph.Value, alphabet *graph.Value) []*graph.Value {
	terms := map[int]func() *graph.Value{
		ofInput:   func() *graph.Value { return products(b, c.input, b.Gather(alphabet, c.words, 0)) },
		ofRecur:   func() *graph.Value { return products(b, c.recurrent, c.before) },
		ofNewBias: func() *graph.Value { return c.dhn },
	}
	var next []*graph.Value
	for i, operand := range collected {
		next = append(next, b.Add(sums[i], terms[operand]()))
	}
	return next
}

// emitted is what the step gives for the gradients that are made of all steps
// together. plain [2U,3H] are the words projected, without biases.
func (l *gruBackward) emitted(b *graph.Graph, c backwardCell, plain *graph.Value) []*graph.Value {
	var outs []*graph.Value
	if l.wants(ofShown) {
		outs = append(outs, b.ReduceSum(b.Mul(c.input, b.Gather(plain, c.shownAt, 0)), false, 2))
	}
	if l.wants(ofAlphabet) {
		outs = append(outs, c.input)
	}
	return outs
}

// products are aᵀ·b for each direction: sums over the batch of outer
// products. In the loop both factors are in the cache; over the whole
// sequence at once they would come from memory.
func products(b *graph.Graph, x, y *graph.Value) *graph.Value {
	return b.MatMul(b.Transpose(x, 0, 2, 1), y)
}

// plainWords is W_i x for the rows of both directions.
func (l *gruBackward) plainWords() *graph.Value {
	g, rows := l.g, l.rows
	e, _ := rows.Shape[1].Fixed()
	weight := g.Transpose(g.Slice(l.input, 2, 0, e), 0, 2, 1)
	return g.Reshape(g.MatMul(rows, weight), graph.N(2).Times(rows.Shape[0]), graph.N(3*l.hidden))
}

// gradients puts the loop's results in the order of the operands.
func (l *gruBackward) gradients(collected []int, sums, outs []*graph.Value) []*graph.Value {
	out := make([]*graph.Value, len(l.want))
	for i, operand := range collected {
		out[operand] = sums[i]
	}
	if d := out[ofNewBias]; d != nil {
		out[ofNewBias] = l.g.ReduceSum(d, true, 1)
	}
	if l.wants(ofShown) {
		out[ofShown], outs = l.shownGrads(outs[0]), outs[1:]
	}
	if l.wants(ofAlphabet) {
		out[ofAlphabet] = l.alphabetGrads(outs[0])
	}
	return out
}

// shownGrads adds up both directions' gradients [T,2,B] at each position. It is
// Σ_k da_k · (W x)_k, the gradient of a factor before x: with frozen word
// vectors no gradient of x itself is ever formed.
func (l *gruBackward) shownGrads(d *graph.Value) *graph.Value {
	parts := l.g.Split(d, 1, 1, 1)
	forward, backward := l.g.Squeeze(parts[0], 1), l.g.Squeeze(parts[1], 1)
	return l.g.Add(forward, l.g.GatherElements(backward, l.turn, 0))
}

// alphabetGrads adds up each word's gradient over the positions that show it,
// from the gates' gradients [T,2,B,3H].
func (l *gruBackward) alphabetGrads(input *graph.Value) *graph.Value {
	g, n := l.g, l.words.Shape.Count()
	dx := g.Reshape(g.MatMul(input, l.input), n, l.alphabet.Shape[1])
	return grad.Ungather(g, dx, g.Reshape(l.words, n), 0, l.alphabet.Shape[0])
}
