package nn

import "rationale/onnx/graph"

// PooledGRU runs both directions over the sequence and gives the maximum over
// the real positions of each state's features, [B,2H]. The gradient goes to
// the first maximal position in the text's order, as in PyTorch.
func PooledGRU(g *graph.Graph, w Weights, name string, s Sequence) *graph.Value {
	l := newGRU(g.Scope(name), w, name, s)
	if l.g.Err() != nil {
		return l.input
	}
	l.pool = &pool{}
	// The backward direction starts at each text's end, so that padding comes
	// last for both: there the state is held and the maximum does not change.
	l.read(s, l.fromEnd(s, s.held()))
	if s.OverPadding && s.Mask != nil {
		l.pool.real = len(l.reading.elems)
		l.reading.elems = append(l.reading.elems, l.realStates(s.Mask))
	}
	least := constant(l.g, "least", l.recur, []int64{2, 1, 1}, []float64{0, -tiniest})
	l.pool.least = l.g.Expand(least, l.stateShape()...)
	empty := l.g.Expand(l.g.Like(l.recur, emptyMax), l.stateShape()...)
	finals, _ := l.scan([]*graph.Value{empty}, func(b *graph.Graph) (next, outs []*graph.Value) {
		return []*graph.Value{l.pool.step(b, l)}, nil
	})
	l.differentiate(l.pool.arriving)
	best := l.g.Split(finals[1], 0, 1, 1)
	return l.g.Squeeze(l.g.Concat(2, best...), 0)
}

// emptyMax is what the maximum over no position is; the reference code fills
// padding with it.
const emptyMax = -1e6

// pool is the running maximum over time, a state [2,B,H] of the forward loop.
type pool struct {
	real   int          // the loop's element that marks real positions; 0 for none
	least  *graph.Value // [2,B,H]: a state less the maximum is more than this where it is better
	better *graph.Value // [2,B,H] bool, in the body: the maximum is reached or raised here
}

// realStates marks the real positions of both directions, [T,2,B,1].
func (l *gru) realStates(mask *graph.Value) *graph.Value {
	real := l.g.Greater(mask, l.g.Like(mask, 0))
	both := l.g.Concat(1, l.g.Unsqueeze(real, 1), l.g.Unsqueeze(l.g.GatherElements(real, l.reading.turn, 0), 1))
	return l.g.Unsqueeze(both, 3)
}

// step raises the maximum to the step's state. Of several maximal positions
// the first in the text's order counts. For the backward direction that is
// the last one it reads, so there a tie counts as better: the comparison is
// h − best > −ε with an ε below every difference of states.
func (p *pool) step(b *graph.Graph, l *gru) *graph.Value {
	state, best := l.cell.next, l.reading.carried[1]
	if p.real > 0 {
		state = b.Where(l.reading.elem[p.real], state, b.Like(state, 2*emptyMax))
	}
	p.better = b.Greater(b.Sub(state, best), p.least)
	return b.Max(best, state)
}

// tiniest is the smallest normal float32.
const tiniest = 0x1p-126

// arriving gives the gradient of the maximum, a state that waits in the
// backward loop, to the first step on the way back that set it.
func (p *pool) arriving(l *gru, upstream []*graph.Value) arrival {
	better := l.node.Emit(func(b *graph.Graph) []*graph.Value { return []*graph.Value{p.better} })[0]
	return arrival{
		states: []*graph.Value{upstream[1]},
		elems:  []*graph.Value{better},
		step: func(b *graph.Graph, states, elems []*graph.Value) (here *graph.Value, next []*graph.Value) {
			waiting := states[0]
			here = b.Where(elems[0], waiting, b.Like(waiting, 0))
			return here, []*graph.Value{b.Sub(waiting, here)}
		},
	}
}
