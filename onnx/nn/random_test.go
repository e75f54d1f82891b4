package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"rationale/onnx/tensor"
)

// draw takes n values of a random input.
func draw(t *testing.T, n Noise, count int64, seed, step uint64) []float64 {
	t.Helper()
	dtype := tensor.Float32
	if n.Law == Keep {
		dtype = tensor.Uint8
	}
	x, err := tensor.New(dtype, count)
	if err != nil {
		t.Fatal(err)
	}
	n.Draw(x, seed, step)
	if n.Law != Keep {
		return x.Float64s()
	}
	out := make([]float64, count)
	for i, v := range tensor.Data[uint8](x) {
		out[i] = float64(v)
	}
	return out
}

// moments are the mean and the variance.
func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance
}

// TestStreamNeverChanges: results of earlier runs depend on these numbers.
func TestStreamNeverChanges(t *testing.T) {
	r := Stream(12252018, "generator/noise", 7)
	if got, want := fmt.Sprintf("%016x %016x", r.Uint64(), r.Uint64()), "4d788811fb6570f3 66d45301a1b9d93f"; got != want {
		t.Errorf("stream %s, want %s", got, want)
	}
	logistic := draw(t, Noise{Purpose: "generator/noise", Law: Logistic}, 4, 1, 2)
	if got, want := fmt.Sprint(logistic), "[-1.7181683778762817 -3.263139247894287 -0.9542906284332275 -2.5420868396759033]"; got != want {
		t.Errorf("logistic noise %s, want %s", got, want)
	}
	keep := draw(t, Noise{Purpose: "generator/keep", Law: Keep, Share: .8}, 18, 1, 2)
	if got, want := fmt.Sprint(keep), "[0 1 1 1 1 0 1 0 0 1 1 1 1 1 1 0 1 1]"; got != want {
		t.Errorf("dropout mask %s, want %s", got, want)
	}
	init := Layout{Name: "model", Params: LinearParams("fc", 4, 1)}.Initial(1)
	if got, want := fmt.Sprintf("%.6f", init), "[-0.008406 -0.368397 -0.331800 -0.304040 -0.248604]"; got != want {
		t.Errorf("initial values %s, want %s", got, want)
	}
}

// TestKeepShare: the share of ones lies within 4.5 standard deviations, for
// even and odd lengths, since one random word serves two elements.
func TestKeepShare(t *testing.T) {
	for _, share := range []float64{0, .1, .5, .8, 1} {
		for _, n := range []int64{1 << 18, 100001} {
			x := draw(t, Noise{Purpose: "keep", Law: Keep, Share: share}, n, 3, uint64(n))
			mean, _ := moments(x)
			if allowed := 4.5*math.Sqrt(share*(1-share)/float64(n)) + 1./65536; math.Abs(mean-share) > allowed {
				t.Errorf("share %v of %d: %v", share, n, mean)
			}
			if least, most := slices.Min(x), slices.Max(x); least < 0 || most > 1 {
				t.Errorf("a mask holds %v and %v", least, most)
			}
		}
	}
}

// TestLogisticLaw: mean 0, variance π²/3, and the law's quartiles ±log 3.
func TestLogisticLaw(t *testing.T) {
	const n = 1 << 18
	x := draw(t, Noise{Purpose: "noise", Law: Logistic}, n, 3, 4)
	mean, variance := moments(x)
	sd := math.Pi / math.Sqrt(3)
	if math.Abs(mean) > 4.5*sd/math.Sqrt(n) {
		t.Errorf("mean %v", mean)
	}
	// The kurtosis of the law is 4.2, so the variance scatters by √(3.2/n).
	if math.Abs(variance/(sd*sd)-1) > 4.5*math.Sqrt(3.2/n) {
		t.Errorf("variance %v, want %v", variance, sd*sd)
	}
	slices.Sort(x)
	for share, want := range map[float64]float64{.25: -math.Log(3), .5: 0, .75: math.Log(3)} {
		// A quantile scatters by √(p(1−p)/n) over the density p(1−p).
		if got := x[int(share*n)]; math.Abs(got-want) > 4.5/math.Sqrt(share*(1-share)*n) {
			t.Errorf("quantile %v is %v, want %v", share, got, want)
		}
	}
	if math.IsInf(x[0], 0) || math.IsInf(x[n-1], 0) {
		t.Error("an infinite value")
	}
}

// TestDrawsDependOnTheirKeyAlone: the same key gives the same bytes; another
// seed, purpose or step gives a stream that is not correlated with it, also
// where the keys differ in one bit.
func TestDrawsDependOnTheirKeyAlone(t *testing.T) {
	const n = 1 << 15
	for _, law := range []Noise{{Purpose: "a", Law: Logistic}, {Purpose: "a", Law: Keep, Share: .5}} {
		base := draw(t, law, n, 1, 1)
		if !slices.Equal(base, draw(t, law, n, 1, 1)) {
			t.Fatalf("%s: the same key gives other values", law.Law)
		}
		if !slices.Equal(base[:n/2], draw(t, law, n/2, 1, 1)) {
			t.Errorf("%s: a shorter draw is not the beginning of a longer one", law.Law)
		}
		renamed := law
		for _, name := range []string{"b", "a/", "aa", ""} {
			renamed.Purpose = name
			uncorrelated(t, fmt.Sprintf("%s: purposes a and %q", law.Law, name), base, draw(t, renamed, n, 1, 1))
		}
		for bit := range 64 {
			other := uint64(1) ^ 1<<bit
			uncorrelated(t, fmt.Sprintf("%s: seeds 1 and %d", law.Law, other), base, draw(t, law, n, other, 1))
			uncorrelated(t, fmt.Sprintf("%s: steps 1 and %d", law.Law, other), base, draw(t, law, n, 1, other))
		}
		uncorrelated(t, fmt.Sprintf("%s: neighbours", law.Law), base[1:], base[:n-1])
		uncorrelated(t, fmt.Sprintf("%s: exchanged seed and step", law.Law), draw(t, law, n, 2, 3), draw(t, law, n, 3, 2))
	}
}

// uncorrelated allows 5 standard deviations.
func uncorrelated(t *testing.T, what string, a, b []float64) {
	t.Helper()
	meanA, varA := moments(a)
	meanB, varB := moments(b)
	z := (dot(a, b)/float64(len(a)) - meanA*meanB) / math.Sqrt(varA*varB) * math.Sqrt(float64(len(a)))
	if !(math.Abs(z) < 5) {
		t.Errorf("%s are correlated: %.1f standard deviations", what, z)
	}
}
