package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// TestGELUGradient compares the exact form's, which is computed in float32 alone, with
// Φ(x) + x·φ(x).
func TestGELUGradient(t *testing.T) {
	points := []float64{-40, -4, -1.5, -.25, 0, 1e-3, .5, 2, 7, 40}
	f := function{[]arg{fixedArg("x", tensor.Vector(points))}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		return GELU(g, x["x"])
	}}.as32(t)
	upstream := slices.Repeat([]float32{2}, len(points))
	for i, got := range f.gradients(t, tensor.Vector(upstream))["x"] {
		x := points[i]
		want := 1 + math.Erf(x/math.Sqrt2) + 2*x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("at %v: %v, want %v", x, got, want)
		}
	}
}

// TestGELU compares both forms with their definitions, which differ by less than
// 5e-4 from each other.
func TestGELU(t *testing.T) {
	points := []float64{-40, -4, -1.5, -.25, 0, 1e-3, .5, 2, 7, 40}
	for name, c := range map[string]struct {
		form      func(*graph.Graph, *graph.Value) *graph.Value
		want      func(x float64) float64
		single    bool // onnxruntime has no erf in float64
		tolerance float64
	}{
		"erf": {GELU, func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }, true, 1e-7},
		"tanh": {TanhGELU, func(x float64) float64 {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+.044715*x*x*x)))
		}, false, 1e-15},
	} {
		t.Run(name, func(t *testing.T) {
			f := function{[]arg{fixedArg("x", tensor.Vector(points))}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
				return c.form(g, x["x"])
			}}
			if c.single {
				f = f.as32(t)
			} else {
				f.checkGradients(t, rand.New(rand.NewPCG(52, 0)))
			}
			for i, got := range f.value(t).Float64s() {
				if want := c.want(points[i]); math.Abs(got-want) > c.tolerance*max(1, math.Abs(want)) {
					t.Errorf("at %v: %v, want %v", points[i], got, want)
				}
			}
		})
	}
}
