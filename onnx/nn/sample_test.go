package nn

import (
	"math"
	"slices"
	"testing"

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
