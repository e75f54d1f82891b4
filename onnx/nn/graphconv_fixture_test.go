package nn

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// gcnFixture is a two-layer network on a batch of graphs of which some nodes are
// selected, in PyTorch's numbers. Nodes are listed graph by graph.
type gcnFixture struct {
	Sizes   []int
	Edges   [][][2]int
	X, Z, H array
	Y       []int64
	Logits  array
	Loss    float64
	Params  map[string]array // weights are [in,out]
	Grads   map[string]array
	DZ      array            `json:"d_z"`
	Running map[string]array `json:"running_after"`
}

// Names of the fixtures' parameters, and of ours.
var gcnNames = map[string]string{
	"w1": "conv1.weight", "b1": "conv1.bias", "w2": "conv2.weight", "b2": "conv2.bias", "wo": "fc.weight", "bo": "fc.bias",
	"g1": "norm1.weight", "c1": "norm1.bias", "g2": "norm2.weight", "c2": "norm2.bias",
	"m1": "norm1.running_mean", "v1": "norm1.running_var", "m2": "norm2.running_mean", "v2": "norm2.running_var",
}

// longest is the size of the largest graph, to which all are padded.
func (f gcnFixture) longest() int { return slices.Max(f.Sizes) }

// padded puts rows of all nodes into a frame [G,N,·].
func (f gcnFixture) padded(a array) []float64 {
	width := len(a.Data) / int(a.Shape[0])
	out, rest := []float64{}, a.Data
	for _, n := range f.Sizes {
		out = append(append(out, rest[:n*width]...), make([]float64, (f.longest()-n)*width)...)
		rest = rest[n*width:]
	}
	return out
}

// unpadded takes the rows of real nodes out of it again.
func (f gcnFixture) unpadded(data []float64) []float64 {
	width := len(data) / (len(f.Sizes) * f.longest())
	var out []float64
	for i, n := range f.Sizes {
		out = append(out, data[i*f.longest()*width:][:n*width]...)
	}
	return out
}

// inputs are the batch and the parameters.
func (f gcnFixture) inputs(t *testing.T) map[string]*tensor.Tensor {
	g, n := int64(len(f.Sizes)), int64(f.longest())
	ones := array{Shape: f.Z.Shape, Data: slices.Repeat([]float64{1}, len(f.Z.Data))}
	adjacency := make([]float64, g*n*n)
	for i, edges := range f.Edges {
		for _, e := range edges {
			adjacency[(i*int(n)+e[0])*int(n)+e[1]], adjacency[(i*int(n)+e[1])*int(n)+e[0]] = 1, 1
		}
	}
	out := map[string]*tensor.Tensor{
		"x": array{[]int64{g, n, f.X.Shape[1]}, f.padded(f.X)}.tensor(t), "z": array{[]int64{g, n}, f.padded(f.Z)}.tensor(t),
		"real": array{[]int64{g, n}, f.padded(ones)}.tensor(t), "adjacency": array{[]int64{g, n, n}, adjacency}.tensor(t),
		"y": tensor.Vector(f.Y),
	}
	for name, a := range f.Params {
		out[gcnNames[name]] = ours(a).tensor(t)
	}
	for name := range f.Running {
		start := array{Shape: f.Running[name].Shape, Data: slices.Repeat([]float64{0}, len(f.Running[name].Data))}
		if strings.HasPrefix(name, "v") {
			start.Data = slices.Repeat([]float64{1}, len(start.Data))
		}
		out[gcnNames[name]] = start.tensor(t)
	}
	return out
}

// ours is a parameter in our layout: matrices [out,in].
func ours(a array) array {
	if len(a.Shape) != 2 {
		return a
	}
	rows, columns := int(a.Shape[0]), int(a.Shape[1])
	out := array{Shape: []int64{a.Shape[1], a.Shape[0]}}
	for j := range columns {
		for i := range rows {
			out.Data = append(out.Data, a.Data[i*columns+j])
		}
	}
	return out
}

// forward is the network of the fixture: normalised adjacency and the maximum, or
// with running statistics A + I, batch norm and the mean.
func (f gcnFixture) forward(g *graph.Graph, v Weights, next map[string]*graph.Value) (h, logits *graph.Value) {
	a := WithSelfLoops(g, Induced(g, v["adjacency"], v["z"]))
	if f.Running == nil {
		a = Normalised(g, a)
	}
	h = g.Mul(v["x"], g.Unsqueeze(v["z"], 2))
	for _, layer := range []string{"1", "2"} {
		h = GraphConv(g, v, "conv"+layer, a, h)
		if f.Running != nil {
			h = BatchNorm(g, v, "norm"+layer, h, v["real"], func(name string, x *graph.Value) { next[name] = x })
		}
		h = g.Relu(h)
	}
	read := MaxReadout
	if f.Running != nil {
		read = MeanReadout
	}
	return h, Linear(g, v, "fc", read(g, h, v["real"]))
}

// TestGCNAgreesWithPyTorch compares node states, logits, loss, every gradient and
// the running statistics, in float64 to 1e-9.
func TestGCNAgreesWithPyTorch(t *testing.T) {
	for _, name := range []string{"gcn.json", "gcn_batchnorm.json"} {
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) {
			f := readFixture[gcnFixture](t, name)
			out := f.run(t)
			near(t, "h", f.unpadded(out["h"].Float64s()), f.H.Data, 1e-9)
			near(t, "logits", out["logits"].Float64s(), f.Logits.Data, 1e-9)
			near(t, "loss", out["loss"].Float64s(), []float64{f.Loss}, 1e-9)
			near(t, "d/z", f.unpadded(out["d/z"].Float64s()), f.DZ.Data, 1e-9)
			for name, want := range f.Grads {
				nearOrTiny(t, "d/"+name, out["d/"+gcnNames[name]].Float64s(), ours(want).Data)
			}
			for name, want := range f.Running {
				near(t, "next "+name, out["next/"+gcnNames[name]].Float64s(), want.Data, 1e-9)
			}
		})
	}
}

// run gives everything that the fixture has.
func (f gcnFixture) run(t *testing.T) map[string]*tensor.Tensor {
	t.Helper()
	g, in, v, next := graph.New("gcn"), f.inputs(t), Weights{}, map[string]*graph.Value{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		v[name] = g.Input(name, in[name].DType(), fixed(in[name].Shape())...)
	}
	h, logits := f.forward(g, v, next)
	loss := CrossEntropy(g, logits, v["y"])
	g.Output("h", h)
	g.Output("logits", logits)
	g.Output("loss", loss)
	for name, x := range next {
		g.Output("next/"+name, x)
	}
	by := []string{"z"}
	for name := range f.Grads {
		by = append(by, gcnNames[name])
	}
	slices.Sort(by)
	slopes, err := grad.Of(g, loss, (Layout{Params: named(by)}).List(v))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range by {
		g.Output("d/"+name, slopes[i])
	}
	return compile(t, g).run(in)
}

// named are parameters that have only names.
func named(names []string) []Param {
	out := make([]Param, len(names))
	for i, name := range names {
		out[i].Name = name
	}
	return out
}

// nearOrTiny lets gradients be wholly rounding where they should be: a bias before
// a batch norm moves nothing.
func nearOrTiny(t *testing.T, name string, got, want []float64) {
	t.Helper()
	tiny := func(x float64) bool { return x < 1e-14 && x > -1e-14 }
	if !slices.ContainsFunc(want, func(x float64) bool { return !tiny(x) }) {
		if slices.ContainsFunc(got, func(x float64) bool { return !tiny(x) }) {
			t.Errorf("%s is %v, want 0", name, got)
		}
		return
	}
	near(t, name, got, want, 1e-9)
}
