package grad

import (
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// squash is tanh(w·x)·x, and passes some values on the way.
func squash(g *graph.Graph, in []*graph.Value) *graph.Value {
	x, w := in[0], in[1]
	return g.Mul(g.Tanh(g.Mul(w, x)), x)
}

// TestRecomputeNumerically compares gradients with numeric ones. What is held has none:
// here it moves in jumps alone.
func TestRecomputeNumerically(t *testing.T) {
	again := func(f function) f2 {
		return func(g *graph.Graph, a, b *graph.Value) *graph.Value { return Recompute(g, f, a, b) }
	}
	each := func(g *graph.Graph, in []*graph.Value) *graph.Value { return Each(g, squash, in, nil) }
	for _, c := range []numeric{
		two("Recompute", normal("T,3", "3"), again(squash)),
		two("Recompute of an operand", normal("T,3", "3"), again(func(_ *graph.Graph, in []*graph.Value) *graph.Value { return in[0] })),
		two("Recompute within Recompute", normal("T,3", "3"), again(func(g *graph.Graph, in []*graph.Value) *graph.Value {
			return g.Add(Recompute(g, squash, in...), squash(g, in))
		})),
		two("Each", normal("B,T,3", "B,3"), func(g *graph.Graph, a, b *graph.Value) *graph.Value { return each(g, values{a, b}) }),
		two("Each within Recompute", normal("B,T,3", "B,3"), again(each)),
		one("Each beside what is held", normal("B,T"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return Each(g, squash, values{x}, values{g.Cast(g.Greater(x, g.Like(x, 0)), x.DType)})
		}),
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, runtimetest.Open(t)) })
	}
}

// TestRecomputeKeepsNothing: the gradient reads no value of the first computation, and
// only what is wanted is built.
func TestRecomputeKeepsNothing(t *testing.T) {
	for op, apply := range map[string]func(g *graph.Graph, x, w *graph.Value) *graph.Value{
		"Loop": func(g *graph.Graph, x, w *graph.Value) *graph.Value { return Recompute(g, squash, x, w) },
		"Scan": func(g *graph.Graph, x, w *graph.Value) *graph.Value { return Each(g, squash, values{x, w}, nil) },
	} {
		g := graph.New("test")
		x, w := g.Input("x", tensor.Float64, graph.N(3)), g.Input("w", tensor.Float64, graph.N(3))
		up := g.Input("up", tensor.Float64, graph.N(3))
		y := apply(g, x, w)
		first := g.Nodes()
		if _, err := Pull(g, values{y}, values{up}, values{w}); err != nil {
			t.Fatal(err)
		}
		gradient := g.Nodes()[len(first):]
		for _, n := range gradient {
			for _, v := range slices.Concat(n.Inputs, n.Captures()) {
				if v != nil && slices.Contains(first, v.Node()) {
					t.Errorf("%v reads %v of the first computation", n, v)
				}
			}
		}
		loops := slices.DeleteFunc(slices.Clone(gradient), func(n *graph.Node) bool { return n.Op != op })
		if len(loops) != 1 || len(loops[0].Outputs) != 1 {
			t.Errorf("want one %s with the gradient of w alone, got %v", op, loops)
		}
	}
}

// TestRecomputeRefuses: what has no gradient has none when it is computed again.
func TestRecomputeRefuses(t *testing.T) {
	g := graph.New("test")
	x := g.Input("x", tensor.Float64, graph.N(3))
	y := Recompute(g, func(g *graph.Graph, in []*graph.Value) *graph.Value {
		y := g.Tanh(in[0])
		y.Node().Domain = "elsewhere"
		return y
	}, x)
	_, err := Pull(g, []*graph.Value{y}, []*graph.Value{x}, []*graph.Value{x})
	if err == nil || !strings.Contains(err.Error(), "no gradient rule") {
		t.Errorf("want an error that names the operator, got %v", err)
	}
}
