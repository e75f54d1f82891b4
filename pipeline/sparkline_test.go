package main

import (
	"math"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// curveOf has a point for each value.
func curveOf(values ...*float64) []point {
	var out []point
	for i, v := range values {
		out = append(out, point{i + 1, v})
	}
	return out
}

func TestSparkline(t *testing.T) {
	for _, test := range []struct {
		values []*float64
		want   string
	}{
		{nil, ""},
		{[]*float64{nil, nil}, ""},
		{[]*float64{number(.5)}, "▅"},
		{[]*float64{number(.5), number(.5)}, "▅▅"},
		{[]*float64{number(0), nil, number(.5), number(1)}, "▁ ▅█"},
		{[]*float64{number(-3), number(-1)}, "▁█"},
		{[]*float64{number(-math.MaxFloat64), number(0), number(math.MaxFloat64)}, "▁▅█"},
		{[]*float64{number(0), number(math.SmallestNonzeroFloat64)}, "▅▅"},
	} {
		if got := sparkline(curveOf(test.values...)); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// However many values there are, the line is no wider than its room and ends with
// the last of them.
func TestSparklineKeepsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var values []*float64
		for i := range rapid.IntRange(2, 500).Draw(t, "values") {
			values = append(values, number(float64(i)))
		}
		got := []rune(sparkline(curveOf(values...)))
		if len(got) != min(len(values), sparklineWidth) || got[0] != bars[0] || got[len(got)-1] != bars[len(bars)-1] {
			t.Fatalf("%d values: %q of %d", len(values), string(got), utf8.RuneCountInString(string(got)))
		}
	})
}
