package plots

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestPairedT against closed forms: with two degrees of freedom the distribution
// is 1/2 + t/(2√(2+t²)), with one it is 1/2 + arctan(t)/π.
func TestPairedT(t *testing.T) {
	for _, test := range []struct {
		differences []float64
		t, p        float64
	}{
		{[]float64{1, 2, 3}, math.Sqrt(12), .5 - math.Sqrt(12)/(2*math.Sqrt(14))},
		{[]float64{-3, -1, -2}, -math.Sqrt(12), .5 + math.Sqrt(12)/(2*math.Sqrt(14))},
		{[]float64{1, 3}, 2, .5 - math.Atan(2)/math.Pi},
		{[]float64{1, -1}, 0, .5},
		{[]float64{1}, math.NaN(), math.NaN()},
		{[]float64{2, 2, 2}, math.NaN(), math.NaN()},
		{nil, math.NaN(), math.NaN()},
	} {
		statistic, p := pairedT(test.differences)
		if !same(statistic, test.t) || !same(p, test.p) {
			t.Errorf("%v: t = %v, p = %v; want %v, %v", test.differences, statistic, p, test.t, test.p)
		}
	}
}

// same allows for rounding; undefined numbers are the same.
func same(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12
}

func TestSignP(t *testing.T) {
	for _, test := range []struct {
		above, n int
		want     float64
	}{{0, 0, math.NaN()}, {0, 4, 1}, {4, 4, 1. / 16}, {3, 4, 5. / 16}, {9, 9, 1. / 512}, {5, 6, 7. / 64}} {
		if got := signP(test.above, test.n); !same(got, test.want) {
			t.Errorf("%d of %d: %v, want %v", test.above, test.n, got, test.want)
		}
	}
}

// Heads and tails are alike, and the two tails make up everything.
func TestSignPIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		k := rapid.IntRange(1, n).Draw(t, "k")
		if sum := signP(k, n) + signP(n-k+1, n); math.Abs(sum-1) > 1e-9 {
			t.Fatalf("at least %d, or at most %d, of %d: %v", k, k-1, n, sum)
		}
	})
}
