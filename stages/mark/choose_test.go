package mark

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMostProbable: of the positions that may be selected, one or those of a sentence.
func TestMostProbable(t *testing.T) {
	selectable := []bool{false, true, true, true, true}
	for _, tc := range []struct {
		probability []float32
		want        []bool
	}{
		{[]float32{.9, .1, .3, .2, .1}, []bool{false, false, true, false, false}},
		{[]float32{.9, .1, .3, .3, .1}, []bool{false, false, true, true, false}},
		{[]float32{1, 0, 0, 0, 0}, []bool{false, true, true, true, true}},
		{[]float32{.2, .1, .3}, []bool{false, false, true, false, false}},
	} {
		if got := mostProbable(tc.probability, selectable); !slices.Equal(got, tc.want) {
			t.Errorf("%v: %v; want %v", tc.probability, got, tc.want)
		}
	}
}

// TestMostProbableMarksSomething wherever anything may be selected, and nothing else.
func TestMostProbableMarksSomething(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		selectable := rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(t, "selectable")
		n := len(selectable) + rapid.IntRange(0, 3).Draw(t, "padding")
		probability := rapid.SliceOfN(rapid.Float32Range(0, 1), n, n).Draw(t, "probability")
		got := mostProbable(probability, selectable)
		if slices.Contains(got, true) != slices.Contains(selectable, true) {
			t.Fatalf("marks %v of %v", got, selectable)
		}
		for at, m := range got {
			if m && !selectable[at] {
				t.Fatalf("marks position %d, which may not be selected", at)
			}
		}
	})
}
