package inspect

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/nn"
	"rationale/stages/examples"
)

// TestWordCount counts by hand: in six texts "the" is selected once where it stands
// twice, and "lovely" always, marked by people, and alone in the text that is not
// turned.
func TestWordCount(t *testing.T) {
	text := []markedWord{{"the", true, false}, {"the", false, false}, {"lovely", true, true}, {"nose", false, false}}
	c := wordCount{byWord: map[string]*tokens{}}
	for range 6 {
		c.add(text, true)
	}
	c.add([]markedWord{{"lovely", true, true}}, false)
	want := []Word{
		{Word: "lovely", Texts: 7, Selected: 7, Turned: 6, Marked: 7, Lift: 2}, // 6/12 of the selected, 6/24 of all
		{Word: "the", Texts: 6, Selected: 6, Turned: 6, Lift: 1},               // 6/12, 12/24
	}
	if got := c.list(); !slices.Equal(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	byLift := first(c.list(), func(w Word) float64 { return w.Lift })
	if byLift[0].Word != "lovely" {
		t.Errorf("%+v stands out most", byLift[0])
	}
}

// TestRandomWords: a random selection has as many units as were chosen, whole ones,
// and nothing that may not be selected.
func TestRandomWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := examples.Truth{Selectable: rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(t, "selectable")}
		if rapid.Bool().Draw(t, "sentences") {
			truth.Ends = []int32{int32(len(truth.Selectable)+1) / 2, int32(len(truth.Selectable))}
		}
		units := unitsOf(truth)
		n := rapid.IntRange(0, len(units)).Draw(t, "chosen")
		mask := sample(nn.Stream(1, "test", uint64(n)), units, n, len(truth.Selectable))
		if got := chosenUnits(units, mask); got > n {
			t.Errorf("%d units for %d", got, n)
		}
		whole := 0
		for _, unit := range units {
			marked := 0
			for _, at := range unit {
				marked += one(mask[at])
			}
			if marked != 0 && marked != len(unit) {
				t.Errorf("a part of the unit %v in %v", unit, mask)
			}
			whole += marked
		}
		for at, marked := range mask {
			if marked && !truth.Selectable[at] {
				t.Errorf("position %d may not be selected", at)
			}
			whole -= one(marked)
		}
		if whole != 0 || truth.Ends == nil && chosenUnits(units, mask) != n {
			t.Errorf("%d units are not %v", n, mask)
		}
	})
}
