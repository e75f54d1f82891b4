package rationalizer

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/tensor"
)

// withoutCoherence are numbers with which no term of the loss is a mean over all
// positions, padding included.
func withoutCoherence(c Config) values {
	return join(numbers(c), of(c, Values{lambdaCoherence: 0}))
}

// TestTrimIgnoresPadding: in Trim mode columns behind the longest text change
// no mask, logit, loss, gradient or parameter, whatever word stands there.
func TestTrimIgnoresPadding(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "random patterns", "classifier", "Inter_RAT", "A2R", "CR"} {
		t.Run(method, func(t *testing.T) {
			c := small(method, tensor.Float64)
			g := mustStepGraph(t, c)
			p := compile(t, g.Graph)
			fixed := join(state(c, g), withoutCoherence(c))
			rapid.Check(t, func(rt *rapid.T) {
				lengths := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 4).Draw(rt, "lengths")
				seed, more := rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 5).Draw(rt, "more")
				word := rapid.Int64Range(0, smallWords-1).Draw(rt, "word")
				short := batch(rand.New(rand.NewPCG(seed, 0)), 6, lengths...)
				long := padded(short, more, word)
				want := p.run(join(fixed, short, draws(c, g, short, seed)))
				got := p.run(join(fixed, long, draws(c, g, long, seed)))
				if err := samePrefix(got, want, 6+more); err != nil {
					rt.Fatal(err)
				}
			})
		})
	}
}

// samePrefix compares all outputs to 1e-12 of their largest element, or to 1e-13, the
// rounding of sums whose terms are of order 1 and nearly cancel: masks [T,B], which got
// has for a longer frame, at the positions that both have. Behind them nothing may be
// selected.
func samePrefix(got, want values, frame int) error {
	for name, x := range want {
		if !x.DType().IsFloat() || name == "coherence" {
			continue
		}
		a, b := got[name].Float64s(), x.Float64s()
		if s := got[name].Shape(); len(s) == 2 && s[0] == int64(frame) && x.Shape()[0] != s[0] {
			for _, z := range a[len(b):] {
				if z != 0 {
					return fmt.Errorf("%s selects padding", name)
				}
			}
			a = a[:len(b)]
		}
		if worst, largest := distance(a, b); !(worst <= 1e-12*max(largest, .1)) {
			return fmt.Errorf("%s is off by %.3g of %.3g", name, worst, largest)
		}
	}
	return nil
}

// TestPaperReadsPadding: in Paper mode the backward direction starts in the
// padding, so a longer frame changes what the model sees.
func TestPaperReadsPadding(t *testing.T) {
	c := small("RNP", tensor.Float64)
	c.Hyper.Padding = Paper
	g := mustStepGraph(t, c)
	p := compile(t, g.Graph)
	short := batch(rand.New(rand.NewPCG(3, 3)), 6, 6, 3, 2)
	long := padded(short, 4, 0)
	fixed := join(state(c, g), withoutCoherence(c))
	a := p.run(join(fixed, short, draws(c, g, short, 1)))
	b := p.run(join(fixed, long, draws(c, g, long, 1)))
	differs(t, "logits", a["logits"], b["logits"])
	behind := b["z"].Float64s()[a["z"].Len():]
	selected := 0.0
	for _, z := range behind {
		selected += z
	}
	if selected == 0 {
		t.Errorf("none of %d padding positions was selected", len(behind))
	}
}

// TestTrimSelectsWithinTheText: rationale ≤ mask, in training and evaluation.
func TestTrimSelectsWithinTheText(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	b := batch(rand.New(rand.NewPCG(4, 4)), 8, 1, 5, 8, 2)
	g := mustStepGraph(t, c)
	out := compile(t, g.Graph).run(join(state(c, g), numbers(c), b, draws(c, g, b, 1)))
	mask := tensor.Data[int64](b[InputMask])
	for _, name := range []string{"z", "z_attack1", "z_attack2"} {
		for i, z := range out[name].Float64s() {
			if real := float64(mask[i%4*8+i/4]); z > real || z < 0 {
				t.Errorf("%s is %v at position %d of text %d, the mask %v", name, z, i/4, i%4, real)
			}
		}
	}
	a := mustAnswer(t, c, Views{Sampled: true, Attack: true}, nil)
	noise := as(tensor.Float32, tensor.Vector(repeated(1000, 32))) // selects all it may
	noise, err := tensor.Of([]int64{8, 4}, tensor.Data[float32](noise))
	if err != nil {
		t.Fatal(err)
	}
	said := compile(t, a).run(join(state(c, g), b, values{SelectNoise: noise, AttackNoise: noise}))
	for _, name := range []string{OutRationale, OutAttack} {
		for i, z := range said[name].Float64s() {
			if z != float64(mask[i]) {
				t.Errorf("%s is %v at %d, the mask %d", name, z, i, mask[i])
			}
		}
	}
	for i, p := range said[OutProbability].Float64s() {
		if p < 0 || p > float64(mask[i]) {
			t.Errorf("probability %v at %d, the mask %d", p, i, mask[i])
		}
	}
}

func repeated(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}
