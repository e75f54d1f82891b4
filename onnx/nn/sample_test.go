package nn

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// TestStraight: the value is 1 where margin + noise > 0 and else 0, a tie
// giving 0; the gradient is that of the sigmoid.
func TestStraight(t *testing.T) {
	margin := []float64{2, -2, 0, 1, -1, .5, 40, -40}
	noise := []float64{-1, 1, 0, -1, 1.5, 1e-9, 40, -40}
	hard := []float64{1, 0, 0, 0, 1, 1, 1, 0}
	f := function{
		args: []arg{fixedArg("margin", tensor.Vector(margin)), fixedArg("noise", tensor.Vector(noise))},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Straight(g, x["margin"], x["noise"])
		},
	}
	if got := f.value(t).Float64s(); !slices.Equal(got, hard) {
		t.Errorf("values %v, want %v", got, hard)
	}
	if got := f.as32(t).value(t).Float64s(); !slices.Equal(got, hard) {
		t.Errorf("values in float32 %v, want %v", got, hard)
	}
	upstream := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	want := make([]float64, len(margin))
	for i := range want {
		s := 1 / (1 + math.Exp(-margin[i]-noise[i]))
		want[i] = upstream[i] * s * (1 - s)
	}
	grads := f.gradients(t, tensor.Vector(upstream))
	near(t, "gradient of the margin", grads["margin"], want, 1e-14)
	near(t, "gradient of the noise", grads["noise"], want, 1e-14)
}

// TestChoose: the noise-free sample has no gradient.
func TestChoose(t *testing.T) {
	f := function{
		args:  []arg{fixedArg("margin", tensor.Vector([]float64{-3, 0, 1e-300, 3}))},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value { return Choose(g, x["margin"]) },
	}
	near(t, "value", f.value(t).Float64s(), []float64{0, 0, 1, 1}, 0)
	near(t, "gradient", f.gradients(t, tensor.Vector([]float64{1, 1, 1, 1}))["margin"], make([]float64, 4), 0)
}

// TestLargest marks as many of each column as are counted; of equal ones the first.
func TestLargest(t *testing.T) {
	scores := maskArg("scores", []float64{3, 1, 2, 5}, []float64{1, 1, 1, 1}, []float64{-1, -2, -3, -4}, []float64{0, 7, 0, 7})
	f := function{
		args: []arg{scores, labelsArg("count", 2, 2, 0, 9)},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Largest(g, x["scores"], x["count"])
		},
	}
	want := maskArg("", []float64{1, 0, 0, 1}, []float64{1, 1, 0, 0}, []float64{0, 0, 0, 0}, []float64{1, 1, 1, 1}).value
	near(t, "marked", f.value(t).Float64s(), want.Float64s(), 0)
	near(t, "marked in float32", f.as32(t).value(t).Float64s(), want.Float64s(), 0)
}

// TestLargestIsASort: by rapid's scores, none that is left is above one that is
// marked, and as many are marked as there are to be.
func TestLargestIsASort(t *testing.T) {
	g := graph.New("largest")
	scores := g.Input("scores", tensor.Float64, symT, symB)
	g.Output("marked", Largest(g, scores, g.Input("count", tensor.Int64, symB)))
	p := compile(t, g)
	rapid.Check(t, func(rt *rapid.T) {
		column := rapid.SliceOfN(rapid.Float64Range(-3, 3), 1, 20).Draw(rt, "scores")
		count := rapid.IntRange(0, 25).Draw(rt, "count")
		marked := p.run(map[string]*tensor.Tensor{"scores": matrix(len(column), 1, column...), "count": tensor.Vector([]int64{int64(count)})})["marked"].Float64s()
		least, most, n := math.Inf(1), math.Inf(-1), 0
		for i, z := range marked {
			if z == 1 {
				least, n = min(least, column[i]), n+1
			} else {
				most = max(most, column[i])
			}
		}
		if n != min(count, len(column)) || least < most {
			rt.Fatalf("%d of %v are marked: %v", count, column, marked)
		}
	})
}

// TestPortion rounds up, but not what only the share's rounding lifts above a whole.
func TestPortion(t *testing.T) {
	for _, tc := range []struct {
		share         float64
		lengths, want []int64
	}{
		{.1, []int64{0, 1, 9, 10, 11, 20, 30, 70, 256}, []int64{0, 1, 1, 1, 2, 2, 3, 7, 26}},
		{.3, []int64{1, 3, 7, 10, 20, 30}, []int64{1, 1, 3, 3, 6, 9}},
		{.05, []int64{20, 21, 100, 240, 256}, []int64{1, 2, 5, 12, 13}},
	} {
		var lengths []float64
		for _, n := range tc.lengths {
			lengths = append(lengths, float64(n))
		}
		f := function{
			args: []arg{{name: "length", shape: graph.Shape{symB}, value: tensor.Vector(lengths)}},
			build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
				return g.Cast(Portion(g, One(g, g.Like(x["length"], tc.share)), x["length"]), x["length"].DType)
			},
		}
		for _, f := range []function{f, f.as32(t)} {
			for i, got := range f.value(t).Float64s() {
				if got != float64(tc.want[i]) {
					t.Errorf("%v of %d is %v, want %d", tc.share, tc.lengths[i], got, tc.want[i])
				}
			}
		}
	}
}
