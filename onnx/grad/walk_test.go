package grad

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// vectors declares float64 inputs of length 3.
func vectors(g *graph.Graph, names ...string) []*graph.Value {
	out := make([]*graph.Value, len(names))
	for i, name := range names {
		out[i] = g.Input(name, tensor.Float64, graph.N(3))
	}
	return out
}

func total(g *graph.Graph, v *graph.Value) *graph.Value { return g.ReduceSum(v, false) }

// operators lists the operators of g's nodes from the given one on.
func operators(g *graph.Graph, from int) []string {
	var out []string
	for _, n := range g.Nodes()[from:] {
		out = append(out, n.Op)
	}
	return out
}

func TestOnlyWhatLiesBetweenIsDifferentiated(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(g *graph.Graph, x values) (loss *graph.Value, wrt values)
		want  []string
	}{
		{"a product, one factor wanted", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, g.Mul(x[0], g.Exp(x[1]))), x[:1]
		}, []string{"Expand", "Mul"}},
		{"a branch that the loss does not use", func(g *graph.Graph, x values) (*graph.Value, values) {
			g.Tanh(g.Exp(x[0]))
			return total(g, g.Neg(x[0])), x[:1]
		}, []string{"Expand", "Neg"}},
		{"stopped", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, g.Add(x[0], Stop(g, g.Exp(x[0])))), x[:1]
		}, []string{"Expand"}},
		{"behind a comparison", func(g *graph.Graph, x values) (*graph.Value, values) {
			mask := g.Cast(g.Greater(g.Exp(x[0]), x[1]), tensor.Float64)
			return total(g, g.Mul(mask, x[1])), x[:2]
		}, []string{"Expand", "Mul", "Expand"}},
		{"nothing", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, x[0]), x[1:2]
		}, []string{"Expand"}},
		{"the loss itself", func(g *graph.Graph, x values) (*graph.Value, values) {
			loss := total(g, g.Exp(x[0]))
			return loss, values{loss}
		}, []string{}},
		{"a value on the way", func(g *graph.Graph, x values) (*graph.Value, values) {
			y := g.Exp(x[0])
			return total(g, g.Neg(y)), values{y}
		}, []string{"Expand", "Neg"}},
		{"a value used twice", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, g.Add(x[0], g.Neg(x[0]))), x[:1]
		}, []string{"Expand", "Neg", "Add"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New("between")
			loss, wrt := c.build(g, vectors(g, "a", "b"))
			before := len(g.Nodes())
			d, err := Of(g, loss, wrt)
			if err != nil {
				t.Fatal(err)
			}
			if got := operators(g, before); strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("added %v, want %v", got, c.want)
			}
			for i := range d {
				if !d[i].Shape.Equal(wrt[i].Shape) || d[i].DType != wrt[i].DType {
					t.Errorf("gradient %v of %v", d[i], wrt[i])
				}
			}
		})
	}
}

func TestMistakesAreErrors(t *testing.T) {
	other := graph.New("other")
	foreign := vectors(other, "x")[0]
	ownVJP := func(f graph.VJP) func(g *graph.Graph, x values) (*graph.Value, values) {
		return func(g *graph.Graph, x values) (*graph.Value, values) {
			y := g.Scope("layer").Mul(x[0], x[1])
			y.Node().VJP = f
			return total(g, y), x
		}
	}
	for _, c := range []struct {
		name  string
		build func(g *graph.Graph, x values) (loss *graph.Value, wrt values)
		want  []string // parts of the message
	}{
		{"no rule", func(g *graph.Graph, x values) (*graph.Value, values) {
			_, outs := g.Scope("encoder").Scan(graph.ScanSpec{States: values{total(g, x[1])}, Elems: values{x[0]}},
				func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
					h := b.Add(s[0], e[0])
					return values{h}, values{h}
				})
			return total(g, outs[0]), x
		}, []string{`Scan "encoder/Scan"`, "grad/walk_test.go:", "no gradient rule"}},
		{"a captured value without VJP", func(g *graph.Graph, x values) (*graph.Value, values) {
			elem := g.Input("elem", tensor.Float64, graph.N(3))
			_, outs := g.Scan(graph.ScanSpec{Elems: values{elem}}, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
				return nil, values{b.Mul(e[0], x[0])}
			})
			return total(g, outs[0]), x
		}, []string{`Scan "Scan"`, "no gradient rule"}},
		{"too few gradients", ownVJP(func(g *graph.Graph, _ *graph.Node, d []*graph.Value, _ []bool) []*graph.Value {
			return d
		}), []string{`Mul "layer/Mul"`, "1 gradients for 2 operands"}},
		{"wrong shape", ownVJP(func(g *graph.Graph, _ *graph.Node, d []*graph.Value, _ []bool) []*graph.Value {
			return values{d[0], g.Slice(d[0], 0, 0, 2)}
		}), []string{`Mul "layer/Mul"`, "operand 1", "float64[2] does not fit b: float64[3]"}},
		{"wrong type", ownVJP(func(g *graph.Graph, _ *graph.Node, d []*graph.Value, _ []bool) []*graph.Value {
			return values{g.Cast(d[0], tensor.Float32), d[0]}
		}), []string{`Mul "layer/Mul"`, "operand 0", "float32[3] does not fit a: float64[3]"}},
		{"a rule that builds nonsense", ownVJP(func(g *graph.Graph, n *graph.Node, d []*graph.Value, _ []bool) []*graph.Value {
			return values{g.MatMul(d[0], d[0]), nil}
		}), []string{`rule of Mul "layer/Mul"`, "wants two matrices"}},
		{"a loss of three elements", func(g *graph.Graph, x values) (*graph.Value, values) { return x[0], x }, []string{"one element", "a: float64[3]"}},
		{"an integer", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, x[0]), values{g.Cast(x[0], tensor.Int64)}
		}, []string{"int64[3] is not floating-point"}},
		{"nil", func(g *graph.Graph, x values) (*graph.Value, values) { return total(g, x[0]), values{nil} }, []string{"nil"}},
		{"another graph's value", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, x[0]), values{foreign}
		}, []string{"x: float64[3] does not belong to graph mistakes"}},
		{"a failed graph", func(g *graph.Graph, x values) (*graph.Value, values) {
			return total(g, g.MatMul(x[0], x[1])), x
		}, []string{"MatMul", "wants two matrices"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New("mistakes")
			loss, wrt := c.build(g, vectors(g, "a", "b"))
			_, err := Of(g, loss, wrt)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range append(c.want, "grad: ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

// TestAMissingRuleLeavesTheGraphAlone: what cannot be differentiated is found
// before anything is added.
func TestAMissingRuleLeavesTheGraphAlone(t *testing.T) {
	g := graph.New("untouched")
	x := vectors(g, "x")
	y := g.Exp(x[0])
	y.Node().Op = "Unheard"
	loss := total(g, y)
	before := len(g.Nodes())
	if _, err := Of(g, loss, x); err == nil || len(g.Nodes()) != before {
		t.Errorf("error %v, %d nodes added", err, len(g.Nodes())-before)
	}
}

// TestCapturesAreOperands: a node with a VJP of its own gives gradients to the
// values that its body captures, behind those of its inputs.
func TestCapturesAreOperands(t *testing.T) {
	g := graph.New("captures")
	x := vectors(g, "w", "unused", "elems")
	_, outs := g.Scan(graph.ScanSpec{Elems: x[2:]}, func(b *graph.Graph, _, e []*graph.Value) (next, outs []*graph.Value) {
		return nil, values{b.Mul(e[0], x[0])}
	})
	var wanted []bool
	outs[0].Node().VJP = func(g *graph.Graph, n *graph.Node, d []*graph.Value, want []bool) []*graph.Value {
		wanted = want
		return values{nil, g.ReduceSum(g.Mul(d[0], g.Unsqueeze(n.Inputs[0], 1)), false, 0)}
	}
	d, err := Of(g, total(g, outs[0]), x[:1])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(wanted, []bool{false, true}) {
		t.Errorf("wanted %v", wanted)
	}
	if d[0].Node().Op != "ReduceSum" {
		t.Errorf("gradient of the captured value comes from %v", d[0].Node())
	}
}

// TestInsideALoop differentiates a whole step inside the body of a Loop.
func TestInsideALoop(t *testing.T) {
	g := graph.New("steps")
	start := vectors(g, "start")
	slopes := vectors(g, "slopes")[0]
	finals, _ := g.Loop(graph.N(4), start, func(b *graph.Graph, _ *graph.Value, s []*graph.Value) (next, outs []*graph.Value) {
		loss := total(b, b.Mul(b.Mul(s[0], s[0]), slopes))
		d, err := Of(b, loss, s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Of(b, loss, values{slopes}); err == nil || !strings.Contains(err.Error(), "does not belong") {
			t.Errorf("a captured value was accepted: %v", err)
		}
		return values{b.Sub(s[0], b.Mul(d[0], b.Like(d[0], 0.25)))}, nil
	})
	g.Output("end", finals[0])
	if _, err := g.Model(); err != nil {
		t.Fatal(err)
	}
}

func TestGradientsAreNamedAfterWhatTheyDifferentiate(t *testing.T) {
	g := graph.New("named")
	x := vectors(g, "x")
	loss := total(g, g.Scope("head").Tanh(x[0]))
	d, err := Of(g, loss, x)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d[0].Name(), "grad/head/Tanh/"; !strings.HasPrefix(got, want) {
		t.Errorf("gradient is called %q, want %q…", got, want)
	}
}

func TestSameGraphSameBytes(t *testing.T) {
	build := func() []byte {
		g := graph.New("twice")
		x := vectors(g, "a", "b")
		y := g.Add(g.Mul(x[0], x[1]), g.Mul(x[0], g.Softmax(x[0], 0)))
		d, err := Of(g, total(g, g.Add(y, g.Exp(x[0]))), x)
		if err != nil {
			t.Fatal(err)
		}
		g.Output("da", d[0])
		g.Output("db", d[1])
		model, err := g.Model()
		if err != nil {
			t.Fatal(err)
		}
		return model
	}
	if !bytes.Equal(build(), build()) {
		t.Error("two builds differ")
	}
}
