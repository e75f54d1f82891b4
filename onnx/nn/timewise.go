package nn

import (
	"slices"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
)

// Stepwise computes one time step of a function of sequences: elems are the
// sequences' elements at that step, params whatever all steps share.
type Stepwise func(g *graph.Graph, elems, params []*graph.Value) *graph.Value

// OverTime applies f at every step of the sequences (all [T,...]) and stacks
// the results. The steps are a loop and their gradient is a second loop that
// computes f again, so intermediate values stay in the processor's cache and
// none is kept for the whole sequence: for a chain of elementwise operators
// that is several times faster than working on [T,...] at once.
func OverTime(g *graph.Graph, sequences, params []*graph.Value, f Stepwise) *graph.Value {
	if g.Err() != nil {
		return sequences[0]
	}
	_, outs := g.Scan(graph.ScanSpec{Elems: sequences},
		func(b *graph.Graph, _, elems []*graph.Value) (next, outs []*graph.Value) {
			return nil, []*graph.Value{f(b, elems, params)}
		})
	if g.Err() != nil {
		return sequences[0]
	}
	o := overTime{sequences, params, f}
	outs[0].Node().Differentiate(o.backward, slices.Concat(sequences, params)...)
	return outs[0]
}

type overTime struct {
	sequences, params []*graph.Value
	step              Stepwise
}

// backward walks the sequences once more. Gradients of the elements are this
// loop's outputs; those of the parameters add up in its states.
func (o overTime) backward(g *graph.Graph, _ *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
	n := len(o.sequences)
	var state []*graph.Value
	for i, p := range o.params {
		if want[n+i] {
			state = append(state, g.Expand(g.Like(p, 0), p.Shape...))
		}
	}
	finals, outs := g.Scan(graph.ScanSpec{States: state, Elems: slices.Concat(o.sequences, grads[:1])},
		func(b *graph.Graph, sums, elems []*graph.Value) (next, outs []*graph.Value) {
			dElems, dParams := o.pull(b, elems[:n], elems[n], want)
			for i, d := range dParams {
				next = append(next, b.Add(sums[i], d))
			}
			return next, dElems
		})
	return spread(want, slices.Concat(outs, finals))
}

// pull differentiates one step inside the loop's body, for the wanted
// elements and parameters.
func (o overTime) pull(b *graph.Graph, elems []*graph.Value, up *graph.Value, want []bool) (dElems, dParams []*graph.Value) {
	params := make([]*graph.Value, len(o.params))
	for i, p := range o.params {
		params[i] = b.Identity(p)
	}
	var wrt []*graph.Value
	for i, v := range slices.Concat(elems, params) {
		if want[i] {
			wrt = append(wrt, v)
		}
	}
	result := o.step(b, elems, params)
	ds, err := grad.Pull(b, []*graph.Value{result}, []*graph.Value{up}, wrt)
	if err != nil {
		b.Fail("step of a loop over time: %v", err)
		return nil, nil
	}
	split := count(want[:len(elems)])
	return ds[:split], ds[split:]
}

func count(bits []bool) int {
	n := 0
	for _, b := range bits {
		if b {
			n++
		}
	}
	return n
}

// spread puts the values at the places where want is set.
func spread(want []bool, values []*graph.Value) []*graph.Value {
	out := make([]*graph.Value, len(want))
	for i, w := range want {
		if w && len(values) > 0 {
			out[i], values = values[0], values[1:]
		}
	}
	return out
}
