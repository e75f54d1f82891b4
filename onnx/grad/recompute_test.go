package grad

import (
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// squash is tanh(w·x)·x, and passes some values on the way.
func squash(g *graph.Graph, in []*graph.Value) *graph.Value {
	x, w := in[0], in[1]
	return g.Mul(g.Tanh(g.Mul(w, x)), x)
}

func recomputeCases() []numeric {
	again := func(f func(g *graph.Graph, in []*graph.Value) *graph.Value) f2 {
		return func(g *graph.Graph, a, b *graph.Value) *graph.Value { return Recompute(g, f, a, b) }
	}
	return []numeric{
		two("Recompute", normal("T,3", "3"), again(squash)),
		two("Recompute of an operand", normal("T,3", "3"), again(func(_ *graph.Graph, in []*graph.Value) *graph.Value { return in[0] })),
		two("Recompute within Recompute", normal("T,3", "3"), again(func(g *graph.Graph, in []*graph.Value) *graph.Value {
			return g.Add(Recompute(g, squash, in...), squash(g, in))
		})),
	}
}

// TestRecomputeKeepsNothing: the gradient reads no value of the first computation
// but its operands, and only what is wanted is built.
func TestRecomputeKeepsNothing(t *testing.T) {
	g := graph.New("test")
	x, w := g.Input("x", tensor.Float64, graph.N(3)), g.Input("w", tensor.Float64, graph.N(3))
	before := len(g.Nodes())
	y := Recompute(g, squash, x, w)
	own := g.Nodes()[before:]
	up := g.Input("up", tensor.Float64, graph.N(3))
	if _, err := Pull(g, []*graph.Value{y}, []*graph.Value{up}, []*graph.Value{w}); err != nil {
		t.Fatal(err)
	}
	gradient := g.Nodes()[before+len(own):]
	for _, n := range gradient {
		for _, v := range slices.Concat(n.Inputs, n.Captures()) {
			if v != nil && slices.Contains(own, v.Node()) {
				t.Errorf("%v reads %v of the first computation", n, v)
			}
		}
	}
	loops := slices.DeleteFunc(slices.Clone(gradient), func(n *graph.Node) bool { return n.Op != "Loop" })
	if len(loops) != 1 || len(loops[0].Outputs) != 1 {
		t.Errorf("want one loop with the gradient of w alone, got %v", loops)
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
