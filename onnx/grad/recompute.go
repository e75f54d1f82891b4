package grad

import (
	"slices"

	"rationale/onnx/graph"
)

// function builds a value from operands in a graph that sees them.
type function = func(g *graph.Graph, operands []*graph.Value) *graph.Value

// Recompute is f of operands, all floating-point, in g. Of what f computes on the
// way, nothing is kept for the gradient: it computes f again (Chen et al. 2016,
// "Training deep nets with sublinear memory cost"). Everything else that f reads is
// constant for the gradient.
func Recompute(g *graph.Graph, f function, operands ...*graph.Value) *graph.Value {
	y := g.Identity(f(g, operands)) // a node that is nobody else's
	if n := y.Node(); n != nil {
		n.Differentiate(func(g *graph.Graph, _ *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
			return again(g, f, operands, grads[0], want)
		}, operands...)
	}
	return y
}

// Each is f of the elements that operands, all floating-point, and held have at each
// index of their leading axis, stacked at these indices. As with Recompute, nothing
// that f makes is kept, nor is there ever more than one index's of it. The gradient
// takes held as constant.
func Each(g *graph.Graph, f function, operands, held []*graph.Value) *graph.Value {
	elems := slices.Concat(operands, held)
	_, out := g.Scan(graph.ScanSpec{Elems: elems}, func(b *graph.Graph, _, elems []*graph.Value) (_, outs []*graph.Value) {
		return nil, []*graph.Value{f(b, elems)}
	})
	if n := out[0].Node(); n != nil {
		n.Differentiate(func(g *graph.Graph, _ *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
			return eachAgain(g, f, elems, grads[0], want)
		}, operands...)
	}
	return out[0]
}

// eachAgain computes f and its gradients, index by index.
func eachAgain(g *graph.Graph, f function, elems []*graph.Value, dy *graph.Value, want []bool) []*graph.Value {
	spec := graph.ScanSpec{Elems: append(slices.Clone(elems), dy)}
	_, parts := g.Scan(spec, func(b *graph.Graph, _, elems []*graph.Value) (_, outs []*graph.Value) {
		last := len(elems) - 1
		return nil, pullWanted(b, f(b, elems[:last]), elems[last], elems, want)
	})
	return spread(g, parts, want)
}

// again computes f and its gradients in a loop of one turn. Side by side with the
// first computation, onnxruntime would find that the two are equal, drop the second
// and keep what the first one made.
func again(g *graph.Graph, f function, operands []*graph.Value, dy *graph.Value, want []bool) []*graph.Value {
	_, parts := g.Loop(graph.N(1), nil, func(b *graph.Graph, _ *graph.Value, _ []*graph.Value) (_, outs []*graph.Value) {
		return nil, pullAgain(b, f, operands, dy, want)
	})
	out := spread(g, parts, want)
	for i, v := range operands {
		if out[i] != nil {
			out[i] = g.Reshape(out[i], v.Shape...)
		}
	}
	return out
}

// pullAgain is f in b, and the gradients of the operands that are wanted.
func pullAgain(b *graph.Graph, f function, operands []*graph.Value, dy *graph.Value, want []bool) []*graph.Value {
	inside := make([]*graph.Value, len(operands))
	for i, v := range operands {
		inside[i] = b.Identity(v) // gradients belong to values of b's own
	}
	return pullWanted(b, f(b, inside), dy, inside, want)
}

// pullWanted is the gradients, from dy of y, of the operands that are wanted.
func pullWanted(b *graph.Graph, y, dy *graph.Value, operands []*graph.Value, want []bool) []*graph.Value {
	var wanted []*graph.Value
	for i, w := range want {
		if w {
			wanted = append(wanted, operands[i])
		}
	}
	grads, err := Pull(b, []*graph.Value{y}, []*graph.Value{dy}, wanted)
	if err != nil {
		b.Fail("%v", err)
	}
	return grads
}

// spread puts what is wanted in its place, and nil elsewhere.
func spread(g *graph.Graph, parts []*graph.Value, want []bool) []*graph.Value {
	out := make([]*graph.Value, len(want))
	if g.Err() != nil {
		return out
	}
	for i, w := range want {
		if w {
			out[i], parts = parts[0], parts[1:]
		}
	}
	return out
}
