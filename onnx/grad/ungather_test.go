package grad

import (
	"context"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// TestGatherGradientLosesNoDuplicates takes very many slices from few rows:
// were the additions to one row not serialised, some would get lost.
func TestGatherGradientLosesNoDuplicates(t *testing.T) {
	const rows, taken, width = 3, 60000, 16
	g := graph.New("duplicates")
	x := g.Input("x", tensor.Float32, graph.N(rows), graph.N(width))
	idx := g.Input("indices", tensor.Int64, graph.Sym("N"))
	d, err := Of(g, g.ReduceSum(g.Gather(x, idx, 0), false), []*graph.Value{x})
	if err != nil {
		t.Fatal(err)
	}
	g.Output("dx", d[0])
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	s := runtimetest.NewSession(t, "duplicates", model)
	at := make([]int64, taken)
	for i := range at {
		at[i] = int64(i % rows)
	}
	feeds := map[string]*tensor.Tensor{"indices": tensor.Vector(at)}
	for _, in := range s.Inputs() {
		if in.Name == "x" {
			feeds["x"], _ = tensor.New(tensor.Float32, rows, width)
		}
	}
	for range 20 {
		out, err := s.Run(context.Background(), feeds)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range tensor.Data[float32](out["dx"]) {
			if v != taken/rows {
				t.Fatalf("element %d of the gradient is %v, want %v", i, v, taken/rows)
			}
		}
	}
}
