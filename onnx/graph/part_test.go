package graph_test

import (
	"fmt"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// TestPart cuts a graph with a loop in two; the parts in turn give what the whole gives,
// also when it was read from a file.
func TestPart(t *testing.T) {
	built := looping()
	model, err := built.Model()
	if err != nil {
		t.Fatal(err)
	}
	reread, err := graph.Read(model)
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.Vector([]float32{1, 2, 3})
	want := mustRun(t, model, map[string]*tensor.Tensor{"x": x})["y"]
	for _, g := range []*graph.Graph{built, reread} {
		nodes := g.Nodes()
		between := nodes[0].Outputs[0]
		first := mustPart(t, g, nodes[:1], between)
		second := mustPart(t, g, nodes[1:], g.Outputs()...)
		a := mustRun(t, first, map[string]*tensor.Tensor{"x": x})
		got := mustRun(t, second, map[string]*tensor.Tensor{"x": x, between.Name(): a[between.Name()]})["y"]
		if fmt.Sprint(got.Float64s()) != fmt.Sprint(want.Float64s()) {
			t.Errorf("the parts give %v, the whole %v", got.Float64s(), want.Float64s())
		}
	}
	if _, err := built.Part("none", built.Nodes()[:1], built.Outputs()); err == nil {
		t.Error("a part with a result that it does not compute")
	}
}

// looping is y = Σ_t (2x_t + Σx), in which a loop takes 2 and Σx from around it.
func looping() *graph.Graph {
	g := graph.New("looping")
	x := g.Input("x", tensor.Float32, graph.Sym("T"))
	sum := g.ReduceSum(x, true)
	two := g.Const("two", tensor.Vector([]float32{2}))
	spec := graph.ScanSpec{States: []*graph.Value{two}, Elems: []*graph.Value{x}}
	finals, _ := g.Scan(spec, func(b *graph.Graph, states, elems []*graph.Value) (next, outs []*graph.Value) {
		return []*graph.Value{b.Add(states[0], b.Add(b.Mul(elems[0], two), sum))}, nil
	})
	g.Output("y", g.Sub(finals[0], two))
	return g
}

func mustPart(t *testing.T, g *graph.Graph, nodes []*graph.Node, results ...*graph.Value) []byte {
	t.Helper()
	p, err := g.Part("part", nodes, results)
	if err != nil {
		t.Fatal(err)
	}
	model, err := p.Model()
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func mustRun(t *testing.T, model []byte, in map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	t.Helper()
	out, err := runtimetest.NewSession(t, "part", model).Run(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSymbols(t *testing.T) {
	a, b := graph.Sym("T"), graph.Sym("B")
	for _, tc := range []struct {
		d    graph.Dim
		want string
	}{
		{graph.N(3), "[]"}, {a.Plus(1), "[T]"}, {a.Times(b).Times(graph.N(2)), "[B T]"}, {a.Plus(-1).Times(b), "[T B]"}, {a.Times(a), "[T T]"},
	} {
		if got := fmt.Sprint(tc.d.Symbols()); got != tc.want {
			t.Errorf("%v is made of %s, want %s", tc.d, got, tc.want)
		}
	}
}
