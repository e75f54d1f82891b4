package grad

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// throughFile writes a graph with the loss as its output and reads it again.
func throughFile(g *graph.Graph, loss *graph.Value) (*graph.Graph, error) {
	g.Output("total", loss)
	model, err := g.Model()
	if err != nil {
		return nil, err
	}
	return graph.Read(model)
}

// TestGradientsOfGraphsThatWereRead: a node of the builder's form is one also
// when it comes from a file.
func TestGradientsOfGraphsThatWereRead(t *testing.T) {
	rt := runtimetest.Open(t)
	for _, c := range numericCases {
		c.read = true
		t.Run(c.name, func(t *testing.T) {
			c.check(t, rt)
		})
	}
}

// TestUnfamiliarNodesHaveNoGradient: where a file has a node of another form
// than the builder gives it, there is an error and not a wrong gradient.
func TestUnfamiliarNodesHaveNoGradient(t *testing.T) {
	build := map[string]func(g *graph.Graph, x, y *graph.Value) *graph.Value{
		"Max":       func(g *graph.Graph, x, y *graph.Value) *graph.Value { return g.Max(x, y) },
		"Greater":   func(g *graph.Graph, x, y *graph.Value) *graph.Value { return g.Cast(g.Greater(x, y), tensor.Float32) },
		"ReduceSum": func(g *graph.Graph, x, _ *graph.Value) *graph.Value { return g.ReduceSum(x, false, 0) },
		"Transpose": func(g *graph.Graph, x, _ *graph.Value) *graph.Value { return g.Transpose(x, 1, 0) },
		"Pad":       func(g *graph.Graph, x, _ *graph.Value) *graph.Value { return g.Pad(x, []int{1, 1}, []int{0, 0}) },
		"TopK": func(g *graph.Graph, x, _ *graph.Value) *graph.Value {
			largest, _ := g.TopK(x, 2, 1)
			return largest
		},
		"LayerNormalization": func(g *graph.Graph, x, y *graph.Value) *graph.Value {
			row := g.ReduceMean(y, false, 0)
			return g.LayerNormalization(x, row, row, 1e-5)
		},
	}
	attr := func(name string, value any) func(*graph.Node, *graph.Graph) {
		return func(n *graph.Node, _ *graph.Graph) {
			n.Attrs = append([]graph.Attr{{Name: name, Value: value}}, n.Attrs...)
		}
	}
	output := func(d tensor.DType) func(*graph.Node, *graph.Graph) {
		return func(n *graph.Node, _ *graph.Graph) { n.Outputs[0].DType = d }
	}
	for name, c := range map[string]struct {
		op     string
		change func(*graph.Node, *graph.Graph)
		want   string
	}{
		"a third operand": {"Max", func(n *graph.Node, g *graph.Graph) { n.Inputs = append(n.Inputs, g.Inputs()[1]) }, "3 inputs"},
		"one operand":     {"Max", func(n *graph.Node, _ *graph.Graph) { n.Inputs = n.Inputs[:1] }, "1 inputs"},
		"no operand":      {"Max", func(n *graph.Node, _ *graph.Graph) { n.Inputs[1] = nil }, "input 1 is left out"},
		"a type untold":   {"Max", output(tensor.Invalid), "does not tell the type"},
		"half precision":  {"Max", output(10), "should be"},
		"another domain":  {"Greater", func(n *graph.Node, _ *graph.Graph) { n.Domain = "com.example"; n.Outputs[0].DType = tensor.Float32 }, "no gradient rule"},
		"computed axes":   {"ReduceSum", func(n *graph.Node, g *graph.Graph) { n.Inputs[1] = g.Inputs()[2] }, "not constant"},
		"no axes": {"ReduceSum", func(n *graph.Node, g *graph.Graph) {
			n.Inputs = n.Inputs[:1]
			attr("noop_with_empty_axes", int64(1))(n, g)
		}, "reduces nothing"},
		"no permutation": {"Transpose", attr("perm", []int64{0, 7}), "not a permutation"},
		"padded axes":    {"Pad", func(n *graph.Node, _ *graph.Graph) { n.Inputs = append(n.Inputs, nil, n.Inputs[1]) }, "4 inputs"},
		"all axes":       {"LayerNormalization", attr("axis", int64(0)), "more than the last axis"},
		"its statistics": {"LayerNormalization", func(n *graph.Node, _ *graph.Graph) { n.Outputs = append(n.Outputs, n.Inputs[0]) }, "which is not supported"},
		"no indices":     {"TopK", func(n *graph.Node, _ *graph.Graph) { n.Outputs = n.Outputs[:1] }, "without its indices"},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New("file")
			x, y := g.Input("x", tensor.Float32, graph.N(2), graph.N(3)), g.Input("y", tensor.Float32, graph.N(2), graph.N(3))
			g.Input("axes", tensor.Int64, graph.N(1))
			read, err := throughFile(g, g.ReduceSum(build[c.op](g, x, y), false))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range read.Nodes() {
				if n.Op == c.op && strings.HasPrefix(n.Name, c.op) && len(n.Outputs[0].Shape) > 0 {
					c.change(n, read)
				}
			}
			_, err = Of(read, read.Outputs()[0], read.Inputs()[:1])
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// TestOtherOperatorSetsHaveNoGradient: the rules speak of one version of the
// operators.
func TestOtherOperatorSetsHaveNoGradient(t *testing.T) {
	one := []any{1}
	model := runtimetest.Graph{
		Name:    "newer",
		Inputs:  []runtimetest.Value{{Name: "x", DType: tensor.Float32, Dims: one}},
		Outputs: []runtimetest.Value{{Name: "y", DType: tensor.Float32, Dims: one}},
		Nodes:   []runtimetest.Node{{Op: "Tanh", Inputs: []string{"x"}, Outputs: []string{"y"}}},
	}.Model()
	read, err := graph.Read(model)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Of(read, read.Outputs()[0], read.Inputs()); err == nil || !strings.Contains(err.Error(), "version 21") {
		t.Errorf("error %v, want one that names the version", err)
	}
}

// FuzzGradientOfFile: whatever a file holds, there is a gradient that can be
// written or an error.
func FuzzGradientOfFile(f *testing.F) {
	for _, c := range numericCases {
		f.Add(lossModel(f, c))
	}
	f.Fuzz(differentiate)
}

// TestGradientsOfDamagedFiles flips bits of the cases' models.
func TestGradientsOfDamagedFiles(t *testing.T) {
	for k, c := range numericCases {
		model := lossModel(t, c)
		for i := k % 41; i < len(model); i += 41 {
			model[i] ^= 1 << (i % 8)
			differentiate(t, model)
			model[i] ^= 1 << (i % 8)
		}
	}
}

// lossModel is a case's function and the weighted sum of what it gives.
func lossModel(t testing.TB, c numeric) []byte {
	g := graph.New("file")
	for i, in := range c.inputs {
		g.Input(fmt.Sprint("x", i), tensor.Float32, dims(in.shape)...)
	}
	g.Output("loss", weightedSum(g, c.build(g, g.Inputs()), rand.New(rand.NewPCG(1, 1))))
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// differentiate takes the gradients of a file's first output with respect to
// its inputs of floating-point numbers.
func differentiate(t *testing.T, model []byte) {
	g, err := graph.Read(model)
	if err != nil || g.Check() != nil || len(g.Outputs()) == 0 {
		return
	}
	inputs := slices.DeleteFunc(slices.Clone(g.Inputs()), func(v *graph.Value) bool { return !v.DType.IsFloat() })
	gradients, err := Of(g, g.Outputs()[0], inputs)
	if err != nil {
		return
	}
	for i, v := range gradients {
		g.Output(g.Name()+fmt.Sprint("/gradient", i), v)
	}
	if _, err := g.Model(); err != nil {
		t.Fatal(err)
	}
}
