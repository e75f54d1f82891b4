package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// normedOn is a batch norm on a network, in training or in evaluation.
func normedOn(r *rand.Rand, n network, width int, training bool) function {
	mask := fixedArg("m", n.real())
	mask.held = true
	f := function{[]arg{mask, fixedArg("x", normals(r, int64(n.graphs), int64(n.nodes), int64(width)))}, nil}
	for _, p := range BatchNormParams("norm", width) {
		a := fixedArg(p.Name, normals(r, p.Shape...))
		a.held = p.Carried
		for i, v := range tensor.Data[float64](a.value) {
			tensor.Data[float64](a.value)[i] = v*v + .1 // a variance is positive
		}
		f.args = append(f.args, a)
	}
	var carry func(string, *graph.Value)
	if training {
		carry = func(string, *graph.Value) {}
	}
	f.build = func(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
		return BatchNorm(g, v, "norm", v["x"], v["m"], carry)
	}
	return f
}

func TestBatchNormGradients(t *testing.T) {
	for _, training := range []bool{true, false} {
		r := rand.New(rand.NewPCG(52, 0))
		normedOn(r, drawNetwork(r, 5, 5, 2, 3), 3, training).checkGradients(t, r)
	}
}

// TestBatchNormInEvaluation is (x − running mean)/√(running variance + ε)·γ + β.
func TestBatchNormInEvaluation(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 0))
	f := normedOn(r, drawNetwork(r, 2, 2), 1, false)
	got, v := f.value(t).Float64s(), f.feeds()
	at := func(name string) float64 { return v["norm"+name].Float64s()[0] }
	var want []float64
	for _, x := range v["x"].Float64s() {
		want = append(want, (x-at(".running_mean"))/math.Sqrt(at(".running_var")+1e-5)*at(".weight")+at(".bias"))
	}
	near(t, "value", got, want, 1e-14)
}

// TestBatchNormOfOneNode is its bias, and the running variance stays finite.
func TestBatchNormOfOneNode(t *testing.T) {
	r := rand.New(rand.NewPCG(54, 0))
	f := normedOn(r, drawNetwork(r, 1, 1), 2, true)
	var variance *graph.Value
	f.build = func(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
		y := BatchNorm(g, v, "norm", v["x"], v["m"], func(name string, next *graph.Value) { variance = next })
		return g.Concat(0, g.Reshape(y, graph.N(2)), variance)
	}
	v := f.feeds()
	bias, before := v["norm.bias"].Float64s(), v["norm.running_var"].Float64s()
	near(t, "value and variance", f.value(t).Float64s(), []float64{bias[0], bias[1], .9 * before[0], .9 * before[1]}, 1e-12)
}

// TestBatchNormIgnoresPadding: what stands behind the nodes changes nothing.
func TestBatchNormIgnoresPadding(t *testing.T) {
	const graphs, nodes = 3, 4
	frame := network{graphs: graphs, nodes: nodes}
	p := normedOn(rand.New(rand.NewPCG(55, 0)), frame, 1, true).compile(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := frame
		n.sizes = rapid.SliceOfN(rapid.IntRange(1, nodes), graphs, graphs).Draw(rt, "sizes")
		behind := rapid.Float64Range(-9, 9).Draw(rt, "behind")
		feeds := normedOn(rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0)), n, 1, true).feeds()
		want := p.run(feeds)["value"].Float64s()
		real, x := n.real().Float64s(), tensor.Data[float64](feeds["x"])
		for i := range x {
			if real[i] == 0 {
				x[i] = behind
			}
		}
		for i, y := range p.run(feeds)["value"].Float64s() {
			if real[i] == 1 && y != want[i] {
				rt.Fatalf("a real node's feature is %v with %v behind, before %v", y, behind, want[i])
			}
		}
	})
}
