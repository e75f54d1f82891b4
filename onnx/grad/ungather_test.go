package grad

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// TestUngatherAddsRepeatedIndices takes very many slices from few rows: were
// the additions to one row not kept apart, some would get lost; were their
// order left open, the sums would differ between runs.
func TestUngatherAddsRepeatedIndices(t *testing.T) {
	const rows, taken, width = 3, 60000, 16
	g := graph.New("repeated")
	parts := g.Input("parts", tensor.Float32, graph.Sym("N"), graph.N(width))
	indices := g.Input("indices", tensor.Int64, graph.Sym("N"))
	g.Output("sums", Ungather(g, parts, indices, 0, graph.N(rows)))
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	s := runtimetest.NewSession(t, "repeated", model)
	at, x, want := make([]int64, taken), make([]float32, taken*width), make([]float64, rows*width)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range at {
		at[i] = r.Int64N(rows)
		for j := range width {
			x[i*width+j] = r.Float32()
			want[int(at[i])*width+j] += float64(x[i*width+j])
		}
	}
	px, err := tensor.Of([]int64{taken, width}, x)
	if err != nil {
		t.Fatal(err)
	}
	var first []float32
	for range 10 {
		out, err := s.Run(context.Background(), map[string]*tensor.Tensor{"parts": px, "indices": tensor.Vector(at)})
		if err != nil {
			t.Fatal(err)
		}
		got := tensor.Data[float32](out["sums"])
		for i := range want {
			if math.Abs(float64(got[i])/want[i]-1) > 1e-4 {
				t.Fatalf("sum %d is %v, want %v", i, got[i], want[i])
			}
		}
		if first == nil {
			first = slices.Clone(got)
		} else if !slices.Equal(first, got) {
			t.Fatal("two runs differ")
		}
	}
}

func TestUngatherRefusesWhatGatherCannotHaveGiven(t *testing.T) {
	g := graph.New("refused")
	parts := g.Input("parts", tensor.Float32, graph.N(4), graph.N(2))
	indices := g.Input("indices", tensor.Int64, graph.N(4), graph.N(3))
	Ungather(g, parts, indices, 0, graph.N(9))
	if err := g.Err(); err == nil {
		t.Error("parts [4,2] by indices [4,3] were accepted")
	}
}
