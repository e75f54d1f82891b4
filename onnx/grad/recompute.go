package grad

import "rationale/onnx/graph"

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

// again computes f and its gradients in a loop of one turn. Side by side with the
// first computation, onnxruntime would find that the two are equal, drop the second
// and keep what the first one made.
func again(g *graph.Graph, f function, operands []*graph.Value, dy *graph.Value, want []bool) []*graph.Value {
	_, parts := g.Loop(graph.N(1), nil, func(b *graph.Graph, _ *graph.Value, _ []*graph.Value) (_, outs []*graph.Value) {
		return nil, pullAgain(b, f, operands, dy, want)
	})
	out := make([]*graph.Value, len(operands))
	for i, v := range operands {
		if want[i] && g.Err() == nil {
			out[i], parts = g.Reshape(parts[0], v.Shape...), parts[1:]
		}
	}
	return out
}

// pullAgain is f in b, and the gradients of the operands that are wanted.
func pullAgain(b *graph.Graph, f function, operands []*graph.Value, dy *graph.Value, want []bool) []*graph.Value {
	inside := make([]*graph.Value, len(operands))
	var wanted []*graph.Value
	for i, v := range operands {
		inside[i] = b.Identity(v) // gradients belong to values of b's own
		if want[i] {
			wanted = append(wanted, inside[i])
		}
	}
	grads, err := Pull(b, []*graph.Value{f(b, inside)}, []*graph.Value{dy}, wanted)
	if err != nil {
		b.Fail("%v", err)
	}
	return grads
}
