package plots

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"pgregory.net/rapid"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, t := range ticks {
		all = append(all, t.Label)
	}
	return strings.Join(all, " ")
}

func TestEpochTicks(t *testing.T) {
	for _, test := range []struct {
		first, last float64
		count       int
		want        string
	}{
		{1, 10, 9, "1 2 3 4 5 6 7 8 9 10"},
		{1, 10, 5, "2 4 6 8 10"},
		{1, 2, 9, "1 2"},
		{1, 1, 9, "1"},
		{1, 200, 9, "1 50 100 150 200"},
		{1, 300, 6, "1 50 100 150 200 250 300"},
		{46, 100, 6, "50 60 70 80 90 100"},
		{0, 40, 5, "0 10 20 30 40"},
	} {
		if got := labels(epochTicks(test.first, test.last, test.count)); got != test.want {
			t.Errorf("%g to %g in %d: %q, want %q", test.first, test.last, test.count, got, test.want)
		}
	}
}

func TestPercentTicks(t *testing.T) {
	for _, test := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0% 20% 40% 60% 80% 100%"},
		{.4, .9, "40% 50% 60% 70% 80% 90%"},
		{.48, .52, "48% 49% 50% 51% 52%"},
		{.915, .925, "91.6% 91.8% 92% 92.2% 92.4%"},
	} {
		if got := labels(percentTicks(test.lo, test.hi, 6, true)); got != test.want {
			t.Errorf("%g to %g: %q, want %q", test.lo, test.hi, got, test.want)
		}
	}
	for _, tick := range percentTicks(0, 1, 6, false) {
		if tick.IsMinor() || strings.TrimSpace(tick.Label) != "" {
			t.Errorf("a tick of an inner panel has the label %q", tick.Label)
		}
	}
}

func TestWiden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0, 1).Draw(t, "a")
		b := rapid.Float64Range(0, 1).Draw(t, "b")
		lo, hi := min(a, b), max(a, b)
		low, high := widen(lo, hi, 6)
		if low > lo+1e-12 || high < hi-1e-12 {
			t.Fatalf("%g to %g cuts off the data from %g to %g", low, high, lo, hi)
		}
		if high-low < .03 || low < -1e-12 || high > 1+1e-12 {
			t.Fatalf("%g to %g for data from %g to %g", low, high, lo, hi)
		}
		if n := len(percentTicks(low, high, 6, true)); n < 3 || n > 8 {
			t.Fatalf("%d ticks from %g to %g", n, low, high)
		}
	})
}

func TestStepsAreTheSmallestThatFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.Float64Range(.001, 1000).Draw(t, "span")
		count := rapid.IntRange(1, 12).Draw(t, "count")
		if step := percentStep(span, count); span/step > float64(count)+1e-6 || step > 1e-3 && span/(step/2.5) <= float64(count) {
			t.Fatalf("step %g", step)
		}
		if step := epochStep(span, count); span/step > float64(count) || step != math.Trunc(step) {
			t.Fatalf("step %g", step)
		}
	})
}
