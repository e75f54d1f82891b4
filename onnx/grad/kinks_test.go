package grad

import (
	"context"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// TestConventionsAtKinks states what the package promises where a derivative
// does not exist. All outputs get the gradient 1.
func TestConventionsAtKinks(t *testing.T) {
	for _, c := range []struct {
		name         string
		f            f2
		a, b, da, db []float64
	}{
		{"Max", (*graph.Graph).Max, []float64{1, 2, 3}, []float64{1, 3, 2}, []float64{.5, 0, 1}, []float64{.5, 1, 0}},
		{"Min", (*graph.Graph).Min, []float64{1, 2, 3}, []float64{1, 3, 2}, []float64{.5, 1, 0}, []float64{.5, 0, 1}},
		{"Relu", left((*graph.Graph).Relu), []float64{-1, 0, 1}, nil, []float64{0, 0, 1}, nil},
		{"Abs", left((*graph.Graph).Abs), []float64{-2, 0, 2}, nil, []float64{-1, 0, 1}, nil},
		{"Clip", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Clip(x, -1, 1) }),
			[]float64{-2, -1, 0, 1, 2}, nil, []float64{0, 1, 1, 1, 0}, nil},
		{"Pow at 0", (*graph.Graph).Pow, []float64{0, 0, 0, -2}, []float64{0, 1, 2, 3}, []float64{0, 1, 0, 12}, []float64{0, 0, 0, 0}},
		{"ReduceMax", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.ReduceMax(x, false) }),
			[]float64{3, 1, 3, 3, 0, 3}, nil, []float64{.25, 0, .25, .25, 0, .25}, nil},
		{"TopK", left(func(g *graph.Graph, x *graph.Value) *graph.Value { v, _ := g.TopK(x, 2, 0); return v }),
			[]float64{1, 5, 5, 5}, nil, []float64{0, 1, 1, 0}, nil},
		{"Relu keeps a huge gradient out", func(g *graph.Graph, a, b *graph.Value) *graph.Value {
			return g.Mul(g.Relu(a), g.Exp(g.Exp(b)))
		}, []float64{-1}, []float64{9}, []float64{0}, nil},
		{"comparisons", func(g *graph.Graph, a, b *graph.Value) *graph.Value {
			return g.Add(a, g.Cast(g.Greater(a, b), a.DType))
		}, []float64{1, 2}, []float64{1, 1}, []float64{1, 1}, []float64{0, 0}},
		{"Sign", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Mul(x, g.Sign(x)) }),
			[]float64{-3, 4}, nil, []float64{-1, 1}, nil},
		{"Stop", func(g *graph.Graph, a, b *graph.Value) *graph.Value { return g.Mul(a, Stop(g, g.Mul(a, b))) },
			[]float64{2, 3}, []float64{5, 7}, []float64{10, 21}, []float64{0, 0}},
		{"straight-through", left(func(g *graph.Graph, x *graph.Value) *graph.Value {
			hard := g.Cast(g.Greater(x, g.Like(x, .5)), x.DType)
			return g.Add(g.Sub(hard, Stop(g, x)), x)
		}), []float64{.2, .7}, nil, []float64{1, 1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			da, db := gradients(t, c.f, c.a, c.b)
			if !slices.Equal(da, c.da) {
				t.Errorf("gradient of the first input is %v, want %v", da, c.da)
			}
			if c.db != nil && !slices.Equal(db, c.db) {
				t.Errorf("gradient of the second input is %v, want %v", db, c.db)
			}
		})
	}
}

// left makes a function of two inputs of one that uses the first only.
func left(f f1) f2 {
	return func(g *graph.Graph, a, _ *graph.Value) *graph.Value { return f(g, a) }
}

// gradients runs the gradients of Σ f(a, b) for two vectors.
func gradients(t *testing.T, f f2, a, b []float64) (da, db []float64) {
	t.Helper()
	if b == nil {
		b = []float64{0}
	}
	g := graph.New("kink")
	x := g.Input("a", tensor.Float64, graph.N(len(a)))
	y := g.Input("b", tensor.Float64, graph.N(len(b)))
	d, err := Of(g, g.ReduceSum(f(g, x, y), false), []*graph.Value{x, y})
	if err != nil {
		t.Fatal(err)
	}
	g.Output("da", d[0])
	g.Output("db", d[1])
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	s := runtimetest.NewSession(t, t.Name(), model)
	feeds := map[string]*tensor.Tensor{}
	for _, in := range s.Inputs() {
		feeds[in.Name] = tensor.Vector(map[string][]float64{"a": a, "b": b}[in.Name])
	}
	out, err := s.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	return out["da"].Float64s(), out["db"].Float64s()
}
