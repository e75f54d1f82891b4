package graph_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

func TestMistakesNameOperatorNodeAndLine(t *testing.T) {
	type G = graph.Graph
	for _, c := range []struct {
		name  string
		build func(g *G, x *graph.Value) // x is float32[T,3]
		want  []string
	}{
		{"element types", func(g *G, x *graph.Value) { g.Scope("head").Add(x, g.Scalar(tensor.Float64, 1)) },
			[]string{`Add "head/Add"`, "graph/build_test.go:", "float32[T,3]", "float64[]"}},
		{"broadcast", func(g *G, x *graph.Value) { g.Mul(x, g.Const("c", tensor.Vector([]float32{1, 2}))) },
			[]string{`Mul "Mul"`, "[T,3] and [2] do not broadcast"}},
		{"matrix", func(g *G, x *graph.Value) { g.MatMul(x, x) }, []string{`MatMul "MatMul"`, "inner lengths differ"}},
		{"gemm addend", func(g *G, x *graph.Value) { g.Gemm(x, x, x, graph.GemmOptions{TransB: true}) }, []string{"Gemm", "cannot be added to [T,T]"}},
		{"axis", func(g *G, x *graph.Value) { g.ReduceSum(x, false, 2) }, []string{"ReduceSum", "axis 2 is outside shape [T,3]"}},
		{"axis twice", func(g *G, x *graph.Value) { g.ReduceSum(x, false, 1, -1) }, []string{"ReduceSum", "repeat"}},
		{"softmax axis", func(g *G, x *graph.Value) { g.Softmax(x, -3) }, []string{"Softmax", "axis -3"}},
		{"reshape", func(g *G, x *graph.Value) { g.Reshape(x, graph.N(4)) }, []string{"Reshape", "build_test.go:", "cannot become [4]"}},
		{"expand", func(g *G, x *graph.Value) { g.Expand(x, graph.N(2)) }, []string{"Expand", "[T,3]"}},
		{"transpose", func(g *G, x *graph.Value) { g.Transpose(x, 0) }, []string{"Transpose", "[0] does not fit"}},
		{"squeeze", func(g *G, x *graph.Value) { g.Squeeze(x, 1) }, []string{"Squeeze", "length 3, not 1"}},
		{"unsqueeze twice", func(g *G, x *graph.Value) { g.Unsqueeze(x, 0, 0) }, []string{"Unsqueeze", "inserted twice"}},
		{"tile", func(g *G, x *graph.Value) { g.Tile(x, 2) }, []string{"Tile", "1 repeats"}},
		{"pad", func(g *G, x *graph.Value) { g.Pad(x, []int{1}, []int{1}) }, []string{"Pad", "2 paddings"}},
		{"slice", func(g *G, x *graph.Value) { g.Slice(x, 0, -1, 1) }, []string{"Slice", "cannot tell how many"}},
		{"split", func(g *G, x *graph.Value) { g.Split(x, 1, 1, 1) }, []string{"Split", "add up to 2"}},
		{"concat", func(g *G, x *graph.Value) { g.Concat(0, x, g.Transpose(x, 1, 0)) }, []string{"Concat", "does not join"}},
		{"concat of nothing", func(g *G, _ *graph.Value) { g.Concat(0) }, []string{"Concat", "nothing to join"}},
		{"gather", func(g *G, x *graph.Value) { g.Gather(x, x, 0) }, []string{"Gather", "cannot take"}},
		{"gather elements axis", func(g *G, x *graph.Value) { g.GatherElements(x, g.Cast(x, tensor.Int64), 5) }, []string{"GatherElements", "axis 5"}},
		{"where", func(g *G, x *graph.Value) { g.Where(x, x, x) }, []string{"Where", "wants a boolean"}},
		{"norm", func(g *G, x *graph.Value) { g.LayerNormalization(x, x, x, 1e-5) }, []string{"LayerNormalization", "last axis"}},
		{"unknown length", func(g *G, x *graph.Value) { g.Range(graph.Sym("Q")) }, []string{`"Q" is on no axis of an input`}},
		{"name twice", func(g *G, x *graph.Value) { g.Input("x", tensor.Float32) }, []string{`two values are called "x"`}},
		{"output twice", func(g *G, x *graph.Value) { g.Output("y", x); g.Output("y", x) }, []string{`two values are called "y"`}},
		{"scan over nothing", func(g *G, x *graph.Value) {
			g.Scan(graph.ScanSpec{States: values{x}}, func(_ *G, s, _ []*graph.Value) (next, outs []*graph.Value) { return s, nil })
		}, []string{"Scan", "nothing to scan over"}},
		{"scan loses a state", func(g *G, x *graph.Value) {
			g.Scan(graph.ScanSpec{States: values{x}, Elems: values{x}}, func(_ *G, _, e []*graph.Value) (next, outs []*graph.Value) { return nil, e })
		}, []string{"Scan", "0 states of 1"}},
		{"state changes shape", func(g *G, x *graph.Value) {
			g.Loop(graph.N(2), values{x}, func(b *G, _ *graph.Value, s []*graph.Value) (next, outs []*graph.Value) {
				return values{b.ReduceSum(s[0], false)}, nil
			})
		}, []string{"Loop", "comes back as"}},
		{"branches differ", func(g *G, x *graph.Value) {
			g.If(g.Scalar(tensor.Bool, 1), func(b *G) []*graph.Value { return values{x} }, func(b *G) []*graph.Value { return values{b.ReduceSum(x, false)} })
		}, []string{"If", "branches give"}},
		{"value of a body used outside", func(g *G, x *graph.Value) {
			var inner *graph.Value
			g.Scan(graph.ScanSpec{Elems: values{x}}, func(b *G, _, e []*graph.Value) (next, outs []*graph.Value) {
				inner = b.Exp(e[0])
				return nil, values{inner}
			})
			g.Exp(inner)
		}, []string{"Exp", "belongs to another graph"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New("mistakes")
			c.build(g, g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(3)))
			_, err := g.Model()
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

// TestBuildingGoesOnAfterAMistake: every operator takes values of a failed
// graph and gives as many as ever, and the first mistake is the one reported.
func TestBuildingGoesOnAfterAMistake(t *testing.T) {
	for _, c := range opCases() {
		g := graph.New("failed")
		xs := make(values, len(c.inputs))
		for i, in := range c.inputs {
			dtype, shape := parseInput(in)
			xs[i] = g.Input(string(rune('a'+i)), dtype, shape...)
		}
		_, healthy := c.graph()
		g.Fail("the first mistake")
		if got := c.build(g, xs); len(got) != len(healthy) {
			t.Errorf("%s gives %d values, not %d", c.op, len(got), len(healthy))
		}
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), "the first mistake") {
			t.Errorf("%s: %v", c.op, err)
		}
	}
}

func TestNamesAreUniqueAndScoped(t *testing.T) {
	g := graph.New("names")
	x := g.Input("x", tensor.Float32, graph.N(2))
	layer := g.Scope("encoder").Scope("layer1")
	a, b := layer.Exp(x), layer.Exp(x)
	if a.Name() != "encoder/layer1/Exp.out" || b.Name() != "encoder/layer1/Exp_2.out" {
		t.Errorf("names %q and %q", a.Name(), b.Name())
	}
	if g.Const("w", tensor.Vector([]float32{1})).Name() == g.Const("w", tensor.Vector([]float32{2})).Name() {
		t.Error("two constants share a name")
	}
	if first, second := g.Like(x, 3), g.Like(x, 3); first != second {
		t.Error("equal numbers do not share a constant")
	}
	if first, second := g.Ints(1, 2), g.Ints(1, 2); first != second {
		t.Error("equal vectors do not share a constant")
	}
}

type brokenWriter struct{}

var errDisk = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errDisk }

func TestPrintReportsWriteErrors(t *testing.T) {
	if err := everything().Print(brokenWriter{}); !errors.Is(err, errDisk) {
		t.Errorf("error %v", err)
	}
}

// TestLoopOfKStepsEqualsKRuns: K iterations in one Run are K Runs, bit for
// bit.
func TestLoopOfKStepsEqualsKRuns(t *testing.T) {
	const steps = 5
	step := func(g *graph.Graph, x *graph.Value) *graph.Value {
		return g.Sub(g.Mul(x, g.Like(x, 1.7)), g.Tanh(g.Exp(x)))
	}
	single := graph.New("single")
	single.Output("y", step(single, single.Input("x", tensor.Float32, graph.Sym("N"))))
	many := graph.New("many")
	finals, history := many.Loop(graph.N(steps), values{many.Input("x", tensor.Float32, graph.Sym("N"))},
		func(b *graph.Graph, _ *graph.Value, s []*graph.Value) (next, outs []*graph.Value) {
			y := step(b, s[0])
			return values{y}, values{y}
		})
	many.Output("y", finals[0])
	many.Output("history", history[0])
	s1, sk := runtimetest.NewSession(t, "single", mustModel(t, single)), runtimetest.NewSession(t, "many", mustModel(t, many))
	start := tensor.Vector([]float32{-1.5, 0, 0.3, 0.9})
	var all []float32
	x := start
	for range steps {
		out, err := s1.Run(context.Background(), map[string]*tensor.Tensor{"x": x})
		if err != nil {
			t.Fatal(err)
		}
		x = out["y"]
		all = append(all, tensor.Data[float32](x)...)
	}
	out, err := sk.Run(context.Background(), map[string]*tensor.Tensor{"x": start})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tensor.Data[float32](out["y"]), tensor.Data[float32](x); !slices.Equal(got, want) {
		t.Errorf("%d steps in one Run give %v, one by one %v", steps, got, want)
	}
	if got := tensor.Data[float32](out["history"]); !slices.Equal(got, all) {
		t.Errorf("history is %v, want %v", got, all)
	}
}

// TestReverseScanStacksAtItsElements: a Scan that walks backward stacks each
// output at the index of its element.
func TestReverseScanStacksAtItsElements(t *testing.T) {
	g := graph.New("reverse")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(1))
	zero := g.Const("zero", tensor.Vector([]float32{0}))
	finals, outs := g.Scan(graph.ScanSpec{States: values{zero}, Elems: values{x}, Reverse: true},
		func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
			sum := b.Add(s[0], e[0])
			return values{sum}, values{sum}
		})
	g.Output("total", finals[0])
	g.Output("sums", outs[0])
	in, err := tensor.Of([]int64{4, 1}, []float32{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	out, err := runtimetest.NewSession(t, "reverse", mustModel(t, g)).Run(context.Background(), map[string]*tensor.Tensor{"x": in})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tensor.Data[float32](out["sums"]), []float32{10, 9, 7, 4}; !slices.Equal(got, want) {
		t.Errorf("sums from behind are %v, want %v", got, want)
	}
	if got := tensor.Data[float32](out["total"]); !slices.Equal(got, []float32{10}) {
		t.Errorf("total %v, want 10", got)
	}
}

func TestCaptures(t *testing.T) {
	var names []string
	for _, n := range everything().Nodes() {
		if n.Op == "Scan" {
			for _, v := range n.Captures() {
				names = append(names, v.Name())
			}
		}
	}
	if want := []string{"encoder/ReduceSum.out", "flag"}; !slices.Equal(names, want) {
		t.Errorf("captures %v, want %v", names, want)
	}
}

// TestLengthsAreComputedOnce: a length asked for again, also inside a body,
// is the value that is there.
func TestLengthsAreComputedOnce(t *testing.T) {
	g := graph.New("lengths")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.Sym("B"))
	area := x.Shape.Count()
	first := g.DimValue(area)
	before := len(g.Nodes())
	if g.DimValue(graph.Sym("B").Times(graph.Sym("T"))) != first || len(g.Nodes()) != before {
		t.Error("B·T was computed again")
	}
	g.Scan(graph.ScanSpec{Elems: values{x}}, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
		if b.DimValue(area) != first {
			t.Error("T·B was computed again in a body")
		}
		return nil, e
	})
	if err := g.Check(); err != nil {
		t.Fatal(err)
	}
}

// TestOpposedElementsAndOutputs: a Scan that walks backward reads an opposed
// element from the front and stacks an opposed output from the front; Emit
// adds an output that was not asked for at first.
func TestOpposedElementsAndOutputs(t *testing.T) {
	g := graph.New("opposed")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(1))
	var difference *graph.Value
	spec := graph.ScanSpec{Elems: values{x, x}, Reverse: true, Opposed: []int{1}, OpposedOuts: []int{1}}
	_, outs := g.Scan(spec, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
		difference = b.Sub(e[0], e[1])
		return nil, values{b.Mul(e[0], b.Like(e[0], 10)), b.Neg(e[0])}
	})
	more := outs[0].Node().Emit(func(b *graph.Graph) []*graph.Value { return values{difference} })
	g.Output("tens", outs[0])
	g.Output("negatives", outs[1])
	g.Output("differences", more[0])
	in, err := tensor.Of([]int64{4, 1}, []float32{1, 2, 3, 5})
	if err != nil {
		t.Fatal(err)
	}
	out, err := runtimetest.NewSession(t, "opposed", mustModel(t, g)).Run(context.Background(), map[string]*tensor.Tensor{"x": in})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float32{
		"tens": {10, 20, 30, 50}, "negatives": {-5, -3, -2, -1}, "differences": {-4, -1, 1, 4},
	} {
		if got := tensor.Data[float32](out[name]); !slices.Equal(got, want) {
			t.Errorf("%s are %v, want %v", name, got, want)
		}
	}
}

// TestBind makes an input a constant, refuses another shape, and leaves a
// graph without such an input as it is.
func TestBind(t *testing.T) {
	g := graph.New("bind")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(2))
	y := g.Input("y", tensor.Float32, graph.N(2))
	g.Output("sum", g.Add(x, y))
	read, err := graph.Read(mustModel(t, g))
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Bind("y", tensor.Vector([]int64{1, 2})); err == nil {
		t.Error("an input of floats is bound to integers")
	}
	for name, data := range map[string][]float32{"y": {10, 20}, "z": {1}} {
		if err := read.Bind(name, tensor.Vector(data)); err != nil {
			t.Error(err)
		}
	}
	in, err := tensor.Of([]int64{1, 2}, []float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	out, err := runtimetest.NewSession(t, "bind", mustModel(t, read)).Run(context.Background(), map[string]*tensor.Tensor{"x": in})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tensor.Data[float32](out["sum"]), []float32{11, 22}; !slices.Equal(got, want) {
		t.Errorf("sum is %v, want %v", got, want)
	}
}
