package graph

import (
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/tensor"
)

// TestPeak counts what is there at once, in numbers of 4 bytes, of small graphs over an
// input x [T].
func TestPeak(t *testing.T) {
	const length = 10
	for name, c := range map[string]struct {
		build func(g *Graph, x *Value) *Value
		want  float64 // arrays of x's size
	}{
		"an input that is an output":    {func(_ *Graph, x *Value) *Value { return x }, 1},
		"one operator":                  {func(g *Graph, x *Value) *Value { return g.Exp(x) }, 2},
		"a chain, two of it at a time":  {func(g *Graph, x *Value) *Value { return g.Exp(g.Exp(g.Exp(g.Exp(x)))) }, 3},
		"a value that is needed later":  {func(g *Graph, x *Value) *Value { y := g.Exp(x); return g.Mul(g.Exp(g.Exp(y)), y) }, 4},
		"views":                         {func(g *Graph, x *Value) *Value { return g.Squeeze(g.Unsqueeze(g.Exp(x), 0), 0) }, 2},
		"a view of what is needed":      {func(g *Graph, x *Value) *Value { y := g.Unsqueeze(g.Exp(x), 0); return g.Mul(y, g.Exp(g.Exp(y))) }, 4},
		"a value that nobody reads":     {func(g *Graph, x *Value) *Value { g.Exp(x); return g.Exp(x) }, 2},
		"all pairs":                     {func(g *Graph, x *Value) *Value { return g.Mul(g.Unsqueeze(x, 0), g.Unsqueeze(x, 1)) }, 1 + length},
		"a loop, whose turns are small": {func(g *Graph, x *Value) *Value { return turns(g, x) }, 2 + 2./length},
	} {
		t.Run(name, func(t *testing.T) {
			g := New("peak")
			g.Output("y", c.build(g, g.Input("x", tensor.Float32, Sym("T"))))
			if err := g.Check(); err != nil {
				t.Fatal(err)
			}
			if got, want := g.Peak(map[string]int64{"T": length}), 4*length*c.want; got != want {
				t.Errorf("%v bytes, want %v", got, want)
			}
		})
	}
}

// turns is exp(exp(x)), element by element.
func turns(g *Graph, x *Value) *Value {
	_, out := g.Scan(ScanSpec{Elems: []*Value{x}}, func(b *Graph, _, elems []*Value) (_, outs []*Value) {
		return nil, []*Value{b.Exp(b.Exp(elems[0]))}
	})
	return out[0]
}

// TestPeakGrowsWithLengths: it is never less than for shorter axes, nor than inputs and
// outputs take.
func TestPeakGrowsWithLengths(t *testing.T) {
	g := New("peak")
	x := g.Input("x", tensor.Float32, Sym("T"), Sym("B"))
	for range 3 {
		x = g.Softmax(g.MatMul(g.MatMul(x, g.Transpose(x, 1, 0)), x), -1)
	}
	g.Output("y", x)
	rapid.Check(t, func(r *rapid.T) {
		at := func(label string) map[string]int64 {
			return map[string]int64{"T": rapid.Int64Range(0, 50).Draw(r, "T"+label), "B": rapid.Int64Range(0, 50).Draw(r, "B"+label)}
		}
		short, more := at(""), at(" more")
		long := map[string]int64{"T": short["T"] + more["T"], "B": short["B"] + more["B"]}
		if g.Peak(long) < g.Peak(short) || g.Peak(short) < 8*float64(short["T"]*short["B"]) {
			r.Fatalf("%v bytes at %v, %v at %v", g.Peak(short), short, g.Peak(long), long)
		}
	})
}
