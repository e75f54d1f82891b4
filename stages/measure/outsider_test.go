package measure

import (
	"slices"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// TestHidingWords: a model outside sees the query of a text, and of the rest what it
// is shown; padding is nothing to see.
func TestHidingWords(t *testing.T) {
	column := func(data ...int64) *tensor.Tensor { return examples.Rows(data, 4) }
	plain := map[string]*tensor.Tensor{
		rationalizer.InputIDs: column(5, 6, 7, 0, 8, 9, 3, 4), rationalizer.InputMask: column(1, 1, 1, 0, 1, 1, 1, 1),
	}
	queried := map[string]*tensor.Tensor{
		rationalizer.InputIDs: plain[rationalizer.InputIDs], rationalizer.InputMask: plain[rationalizer.InputMask],
		rationalizer.InputSelectable: column(0, 1, 1, 0, 0, 0, 1, 1),
	}
	shown := []bool{true, false, true, true, false, false, true, false}
	for name, tc := range map[string]struct {
		columns map[string]*tensor.Tensor
		shown   []bool
		want    []int64
	}{
		"all":                {plain, nil, []int64{5, 6, 7, 0, 8, 9, 3, 4}},
		"some":               {plain, shown, []int64{5, 0, 7, 0, 0, 0, 3, 0}},
		"some and the query": {queried, shown, []int64{5, 0, 7, 0, 8, 9, 3, 0}},
		"none but the query": {queried, make([]bool, 8), []int64{5, 0, 0, 0, 8, 9, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hidden(tc.columns, tc.shown); !slices.Equal(got, tc.want) {
				t.Errorf("the ids are %v, want %v", got, tc.want)
			}
			for at, visible := range selection(tc.columns, tc.shown) {
				if (visible == 1) != (tc.want[at] != 0) {
					t.Errorf("position %d is selected: %v", at, visible)
				}
			}
		})
	}
	if ids := tensor.Data[int64](plain[rationalizer.InputIDs]); ids[1] != 6 {
		t.Error("hiding words changes the batch")
	}
}
