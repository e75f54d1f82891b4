package measure

import (
	"slices"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// TestHidingNodes: edges of nodes that are not shown are gone, each graph's by itself, and
// the batch stays as it was.
func TestHidingNodes(t *testing.T) {
	given := []int64{0, 1, 1, 1, 0, 1, 1, 1, 0 /**/, 0, 1, 0, 1, 0, 1, 0, 1, 0}
	edges, err := tensor.Of([]int64{2, 3, 3}, slices.Clone(given))
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]*tensor.Tensor{
		rationalizer.InputIDs: examples.Rows([]int64{1, 1, 1, 2, 2, 2}, 3), rationalizer.InputMask: examples.Rows([]int64{1, 1, 1, 1, 1, 1}, 3),
	}
	for _, c := range []struct {
		shown []bool
		want  []int64
	}{
		{[]bool{true, true, true, true, true, true}, given},
		{[]bool{true, false, true, true, true, false}, []int64{0, 0, 1, 0, 0, 0, 1, 0, 0 /**/, 0, 1, 0, 1, 0, 0, 0, 0, 0}},
		{make([]bool, 6), make([]int64, 18)},
	} {
		if got := tensor.Data[int64](induced(edges, selection(columns, c.shown))); !slices.Equal(got, c.want) {
			t.Errorf("%v shows the edges %v, want %v", c.shown, got, c.want)
		}
	}
	if !slices.Equal(tensor.Data[int64](edges), given) {
		t.Error("hiding nodes changes the batch")
	}
}
