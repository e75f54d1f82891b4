package nn

import "rationale/onnx/graph"

// PooledGRU runs both directions over the sequence and gives the maximum over
// the real positions of each state's features, [B,2H]. The gradient goes to
// the first maximal position in the text's order, as in PyTorch.
func PooledGRU(g *graph.Graph, w Weights, name string, s Sequence) *graph.Value {
	l := newGRU(g.Scope(name), w, name)
	if l.g.Err() != nil {
		return l.input
	}
	// The backward direction starts at each text's end, so that padding comes
	// last for both: there the state is held and the maximum does not change.
	r := l.read(s, l.fromEnd(s, s.held()))
	p := r.newPool(s)
	var better *graph.Value
	loop := r.scan([]*graph.Value{p.empty}, func(b *graph.Graph, c cell) (next, outs []*graph.Value) {
		var best *graph.Value
		best, better = p.step(b, c)
		return []*graph.Value{best}, nil
	})
	loop.differentiate(arrivingMaximum(better))
	best := l.g.Split(loop.finals[1], 0, 1, 1)
	return l.g.Squeeze(l.g.Concat(2, best...), 0)
}

// emptyMax is what the maximum over no position is; the reference code fills
// padding with it.
const emptyMax = -1e6

// pool is the running maximum over time, a state [2,B,H] of the forward loop.
type pool struct {
	real  int          // the loop's element that marks real positions; 0 for none
	least *graph.Value // [2,B,H]: a state less the maximum is more than this where it is better
	empty *graph.Value // [2,B,H]: the maximum before the first step
}

// newPool adds to the loop's elements what the maximum needs.
func (r *reading) newPool(s Sequence) pool {
	var p pool
	if s.OverPadding && s.Mask != nil {
		p.real = len(r.elems)
		r.elems = append(r.elems, r.realStates(s.Mask))
	}
	least := Constant(r.g, "least", r.recur, []int64{2, 1, 1}, []float64{0, -tiniest})
	p.least = r.g.Expand(least, r.stateShape(r.batch)...)
	p.empty = r.g.Expand(r.g.Like(r.recur, emptyMax), r.stateShape(r.batch)...)
	return p
}

// realStates marks the real positions of both directions, [T,2,B,1].
func (r *reading) realStates(mask *graph.Value) *graph.Value {
	real := r.g.Greater(mask, r.g.Like(mask, 0))
	both := r.g.Concat(1, r.g.Unsqueeze(real, 1), r.g.Unsqueeze(r.g.GatherElements(real, r.turn, 0), 1))
	return r.g.Unsqueeze(both, 3)
}

// step raises the maximum to the step's state; better [2,B,H] (bool) is where
// it is reached or raised. Of several maximal positions the first in the text's
// order counts. For the backward direction that is the last one it reads, so
// there a tie counts as better: the comparison is h − best > −ε with an ε below
// every difference of states.
func (p pool) step(b *graph.Graph, c cell) (best, better *graph.Value) {
	state, best := c.next, c.carried[0]
	if p.real > 0 {
		state = b.Where(c.elems[p.real], state, b.Like(state, 2*emptyMax))
	}
	better = b.Greater(b.Sub(state, best), p.least)
	return b.Max(best, state), better
}

// tiniest is the smallest normal float32.
const tiniest = 0x1p-126

// arrivingMaximum gives the gradient of the maximum, a state that waits in the
// backward loop, to the first step on the way back that set it: where it was
// better, as the step in the forward loop's body found.
func arrivingMaximum(better *graph.Value) arriving {
	return func(f *forward, upstream []*graph.Value) arrival {
		set := f.node.Emit(func(b *graph.Graph) []*graph.Value { return []*graph.Value{better} })
		return arrival{
			states: []*graph.Value{upstream[1]},
			elems:  set,
			step: func(b *graph.Graph, states, elems []*graph.Value) (here *graph.Value, next []*graph.Value) {
				waiting := states[0]
				here = b.Where(elems[0], waiting, b.Like(waiting, 0))
				return here, []*graph.Value{b.Sub(waiting, here)}
			},
		}
	}
}
