package nn

import (
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// stepwise is tanh(a·p)·b + q.
func stepwise(g *graph.Graph, e, p []*graph.Value) *graph.Value {
	return g.Add(g.Mul(g.Tanh(g.Mul(e[0], p[0])), e[1]), p[1])
}

func overTimeFunction(r *rand.Rand) function {
	a := graph.Shape{symT, symB, graph.N(3)}
	return function{
		args: []arg{
			{name: "a", shape: a, value: normals(r, 5, 2, 3)},
			{name: "b", shape: graph.Shape{symT, symB, graph.N(1)}, value: normals(r, 5, 2, 1)},
			fixedArg("p", normals(r, 3)),
			fixedArg("q", normals(r, 1)),
		},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return OverTime(g, []*graph.Value{x["a"], x["b"]}, []*graph.Value{x["p"], x["q"]}, stepwise)
		},
	}
}

// TestOverTime compares values and gradients with those of the same function
// on the whole sequence at once, and the gradients with numeric ones.
func TestOverTime(t *testing.T) {
	for _, tc := range []struct{ name, held string }{
		{"all gradients", ""}, {"of elements", "pq"}, {"of parameters", "ab"}, {"of one each", "aq"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(20, 0))
			f := overTimeFunction(r)
			for i := range f.args {
				f.args[i].held = strings.Contains(tc.held, f.args[i].name)
			}
			whole := function{f.args, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
				return stepwise(g, []*graph.Value{x["a"], x["b"]}, []*graph.Value{x["p"], x["q"]})
			}}
			near(t, "value", f.value(t).Float64s(), whole.value(t).Float64s(), 1e-14)
			upstream := normals(r, 5, 2, 3)
			want := whole.gradients(t, upstream)
			for name, got := range f.gradients(t, upstream) {
				near(t, "gradient of "+name, got, want[name], 1e-13)
			}
			f.checkGradients(t, r)
		})
	}
}

// TestOverTimeOfIntegers: an element without gradient, like a dropout mask,
// stands in no one's way.
func TestOverTimeOfIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 0))
	keep, err := tensor.Of([]int64{4, 2}, []uint8{1, 0, 0, 1, 1, 1, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	f := function{
		args: []arg{
			{name: "keep", shape: graph.Shape{symT, graph.N(2)}, value: keep},
			{name: "x", shape: graph.Shape{symT, graph.N(2)}, value: normals(r, 4, 2)},
		},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return OverTime(g, []*graph.Value{x["keep"], x["x"]}, nil, func(b *graph.Graph, e, _ []*graph.Value) *graph.Value {
				return Dropout(b, e[1], e[0], .5)
			})
		},
	}
	got := f.gradients(t, matrix(4, 2, 1., 1, 1, 1, 1, 1, 1, 1))
	near(t, "gradient", got["x"], []float64{2, 0, 0, 2, 2, 2, 0, 2}, 0)
}

// TestOverTimeWithoutRule: a step that has no gradient fails with a message
// that says so; nothing panics.
func TestOverTimeWithoutRule(t *testing.T) {
	g := graph.New("nested")
	x := g.Input("x", tensor.Float64, symT, graph.N(2))
	y := OverTime(g, []*graph.Value{x}, nil, func(b *graph.Graph, e, _ []*graph.Value) *graph.Value {
		finals, _ := b.Loop(graph.N(2), e, func(b *graph.Graph, _ *graph.Value, s []*graph.Value) (next, outs []*graph.Value) {
			return []*graph.Value{b.Tanh(s[0])}, nil
		})
		return finals[0]
	})
	_, err := grad.Pull(g, []*graph.Value{y}, []*graph.Value{x}, []*graph.Value{x})
	if err == nil || !strings.Contains(err.Error(), "step of a loop over time") || !strings.Contains(err.Error(), "Loop") {
		t.Errorf("error %v", err)
	}
}

func TestOverTimeOnAFailedGraph(t *testing.T) {
	g := graph.New("failed")
	x := g.Input("x", tensor.Float64, symT, graph.N(2))
	g.Fail("first mistake")
	OverTime(g, []*graph.Value{x}, nil, func(*graph.Graph, []*graph.Value, []*graph.Value) *graph.Value {
		t.Error("the step was built")
		return nil
	})
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "first mistake") {
		t.Errorf("error %v", err)
	}
}
