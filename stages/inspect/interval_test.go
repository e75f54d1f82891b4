package inspect

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/nn"
)

func TestWilson(t *testing.T) {
	for _, tc := range []struct {
		hits, texts int
		low, high   float64
	}{ // the interval's textbook values
		{8, 10, .4902, .9433}, {0, 10, 0, .2775}, {10, 10, .7225, 1}, {81, 263, .2553, .3662},
	} {
		got := wilson(tc.hits, tc.texts)
		if math.Abs(got.Low-tc.low) > 5e-5 || math.Abs(got.High-tc.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", tc.hits, tc.texts, got.Low, got.High, tc.low, tc.high)
		}
	}
}

// TestIntervalLaws: an interval holds its value and lies in 0 to 1, exchanging hits
// and misses mirrors it, and more texts of the same share make it narrower.
func TestIntervalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "texts")
		k := rapid.IntRange(0, n).Draw(t, "hits")
		got, mirror, more := wilson(k, n), wilson(n-k, n), wilson(4*k, 4*n)
		if got.Low < 0 || got.Low > got.Value || got.Value > got.High || got.High > 1 {
			t.Errorf("%+v", got)
		}
		if math.Abs(got.Low-(1-mirror.High)) > 1e-12 {
			t.Errorf("%+v mirrored is %+v", got, mirror)
		}
		if more.High-more.Low >= got.High-got.Low {
			t.Errorf("%+v of four times the texts, %+v before", more, got)
		}
		same := meanOf([]Interval{got, got})
		if math.Abs(same.Value-got.Value) > 1e-12 || same.High-same.Low >= got.High-got.Low {
			t.Errorf("the mean of %+v twice is %+v", got, same)
		}
	})
}

// TestMeanCovers: the interval of a mean over classes of unequal sizes holds the
// true mean in about 95 of 100 samples.
func TestMeanCovers(t *testing.T) {
	rates, sizes := []float64{.9, .55}, []int{25, 120}
	covered := coverage(rates, sizes, 4000)
	if covered < .94 || covered > .975 {
		t.Errorf("%.3f of the intervals hold the true mean", covered)
	}
}

// coverage is the share of samples whose interval holds the mean of the rates.
func coverage(rates []float64, sizes []int, samples int) float64 {
	r, covered, truth := nn.Stream(1, "coverage", 0), 0, 0.0
	for _, p := range rates {
		truth += p / float64(len(rates))
	}
	for range samples {
		var shares []Interval
		for c, p := range rates {
			hits := 0
			for range sizes[c] {
				hits += one(r.Float64() < p)
			}
			shares = append(shares, wilson(hits, sizes[c]))
		}
		mean := meanOf(shares)
		covered += one(mean.Low <= truth && truth <= mean.High)
	}
	return float64(covered) / float64(samples)
}
