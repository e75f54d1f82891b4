package metric

import (
	"math"
	"slices"
	"testing"
)

func TestSelected(t *testing.T) {
	got, err := Selected([]float32{0, 1, .5, math.Nextafter32(.5, 1), 1.0000001, float32(math.Inf(1)), -1})
	if err != nil {
		t.Fatal(err)
	}
	if want := flags("0101110"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestArgMax(t *testing.T) {
	inf := math.Inf(-1)
	cases := []struct {
		name    string
		logits  []float64
		classes int
		want    []int
	}{
		{"rows", []float64{1, 2, -1, -2}, 2, []int{1, 0}},
		{"ties go to the lower class", []float64{3, 3, 0, 1, 1, 0, 0, 2, 2}, 3, []int{0, 0, 1}},
		{"all −∞", []float64{inf, inf}, 2, []int{0}},
		{"no text", nil, 2, []int{}},
	}
	for _, c := range cases {
		got, err := ArgMax(c.logits, c.classes)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestAccuracy(t *testing.T) {
	acc := NewAccuracy(3)
	if err := acc.Add([]int{1, 1, 0, 0}, []int{1, 1, 1, 0}); err != nil {
		t.Fatal(err)
	}
	got := acc.Rates()
	if got.Raw != fraction(3, 4) || !closeTo(got.Balanced, fraction(5, 6)) {
		t.Errorf("raw %v, balanced %v", got.Raw, got.Balanced)
	}
	want := []ClassRate{{1, 1, defined(1)}, {3, 2, fraction(2, 3)}, {}}
	if !slices.Equal(got.PerClass, want) {
		t.Errorf("per class %v, want %v", got.PerClass, want)
	}
	if empty := NewAccuracy(2).Rates(); empty.Raw.Defined || empty.Balanced.Defined {
		t.Errorf("without texts: %+v", empty)
	}
}

func TestAttackerASR(t *testing.T) {
	asr := NewAttackerASR(2)
	if err := asr.Add([]int{0, 1, 1, 0}, []int{0, 0, 1, 1}, []int{1, 1, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if got := asr.Rates(); got.Raw != fraction(2, 4) || got.Balanced != fraction(2, 4) {
		t.Errorf("raw %v, balanced %v, want .5 both", got.Raw, got.Balanced)
	}
}

func TestAttackerASROfConstantPredictor(t *testing.T) {
	asr := NewAttackerASR(2)
	if err := asr.Add([]int{1, 1, 1, 1}, []int{0, 0, 0, 1}, []int{1, 1, 1, 0}); err != nil {
		t.Fatal(err)
	}
	if got := asr.Rates(); got.Raw != fraction(1, 4) || got.Balanced != fraction(1, 2) {
		t.Errorf("raw %v, balanced %v, want .25 and .5", got.Raw, got.Balanced)
	}
}

func TestTriggerASR(t *testing.T) {
	cases := []struct {
		name              string
		predicted, labels []int
		want              TriggerRates
	}{
		{"worked example", []int{0, 1, 0, 0}, []int{1, 1, 1, 0}, TriggerRates{fraction(2, 3), fraction(3, 4), 3, 4}},
		{"only target texts", []int{0, 1}, []int{0, 0}, TriggerRates{Ratio{}, fraction(1, 2), 0, 2}},
		{"no text", nil, nil, TriggerRates{}},
	}
	for _, c := range cases {
		asr := NewTriggerASR(0)
		if err := asr.Add(c.predicted, c.labels); err != nil {
			t.Fatal(err)
		}
		if got := asr.Rates(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
