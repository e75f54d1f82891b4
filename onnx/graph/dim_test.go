package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/graph"
)

var lengths = map[string]int64{"T": 5, "B": 4, "S": 3}

// anyDim draws a number, a symbol, or either with something added.
func anyDim(t *rapid.T) graph.Dim {
	d := rapid.SampledFrom([]graph.Dim{graph.N(1), graph.N(2), graph.N(3), graph.Sym("T"), graph.Sym("B"), graph.Sym("S")}).Draw(t, "base")
	d = d.Times(graph.N(rapid.IntRange(1, 4).Draw(t, "factor")))
	return d.Plus(rapid.Int64Range(-1, 3).Draw(t, "offset"))
}

func TestProductsKeepTheirValueInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := graph.Shape(rapid.SliceOfN(rapid.Custom(anyDim), 1, 4).Draw(t, "shape"))
		want := int64(1)
		for _, d := range shape {
			want *= d.At(lengths)
		}
		count := shape.Count()
		if got := count.At(lengths); got != want {
			t.Fatalf("%v counts %v = %d, want %d", shape, count, got, want)
		}
		other := graph.Shape(rapid.Permutation(slices.Clone(shape)).Draw(t, "order"))
		if other.Count() != count {
			t.Fatalf("%v counts %v, %v counts %v", shape, count, other, other.Count())
		}
	})
}

func TestLengthsSurviveTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := graph.Shape(rapid.SliceOfN(rapid.Custom(anyDim), 1, 3).Draw(t, "shape")).Count().Plus(rapid.Int64Range(-2, 2).Draw(t, "offset"))
		if _, fixed := d.Fixed(); fixed {
			return
		}
		if got := graph.ParseDim(d.String()); got != d {
			t.Fatalf("%v reads back as %v", d, got)
		}
	})
}

func TestMinusUndoesPlus(t *testing.T) {
	tt, b := graph.Sym("T"), graph.Sym("B")
	for _, c := range []struct {
		a, b graph.Dim
		want string
	}{
		{tt, graph.N(2), "T-2"}, {tt, tt, "0"}, {tt.Plus(3), tt.Plus(1), "2"},
		{tt.Times(graph.N(3)), tt, "2*T"}, {graph.N(5), graph.N(7), "-2"},
		{tt, b, "error"}, {graph.N(3), tt, "error"},
	} {
		got, err := c.a.Minus(c.b)
		if text := fmt.Sprint(got); err == nil && text != c.want || err != nil && c.want != "error" {
			t.Errorf("%v − %v = %v, %v; want %s", c.a, c.b, got, err, c.want)
		}
	}
}

func TestBroadcast(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"2,3", "2,3", "[2,3]"}, {"2,3", "", "[2,3]"}, {"T,1", "B", "[T,B]"}, {"1,B", "T,1", "[T,B]"},
		{"T,B,3", "3", "[T,B,3]"}, {"3", "T,1,1", "[T,1,3]"}, {"2", "3", ""}, {"T", "B", ""}, {"T", "5", ""},
	} {
		got, err := graph.Broadcast(dims(c.a), dims(c.b))
		if err != nil {
			got = nil
		}
		if text := fmt.Sprint(got); text != c.want && (c.want != "" || err == nil) {
			t.Errorf("[%s] with [%s] gives %v, %v; want %s", c.a, c.b, got, err, c.want)
		}
	}
}
