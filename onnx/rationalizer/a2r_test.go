package rationalizer

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/tensor"
)

// TestBigramsOfMostAttention: whatever the texts, z is what sorting each text's
// bigrams by their attention gives, and not more than the share and a word.
func TestBigramsOfMostAttention(t *testing.T) {
	const share = .3
	c := small("A2R", tensor.Float64)
	c.Constants = Values{sparsity: share}
	g := mustStepGraph(t, c)
	p := compile(t, g.Graph)
	fixed := join(state(c, g), numbers(c))
	rapid.Check(t, func(rt *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 4).Draw(rt, "lengths")
		seed := rapid.Uint64().Draw(rt, "seed")
		b := batch(rand.New(rand.NewPCG(seed, 1)), 12, lengths...)
		out := p.run(join(fixed, b, draws(c, g, b, seed)))
		attention, z := textMajor(out["attention"]), textMajor(out["z"])
		for i, length := range lengths {
			own, got := attention[12*i:][:12], z[12*i:][:12]
			if total := sum(own); math.Abs(total-1) > 1e-12 || sum(own[length:]) != 0 {
				rt.Fatalf("text %d: attention of %v sums to %v", i, own, total)
			}
			if want := bestBigrams(own[:length], share); !slices.Equal(got[:length], want) || sum(got[length:]) != 0 {
				rt.Fatalf("text %d: selected %v, want %v by the attention %v", i, got, want, own)
			}
			if n := sum(got); n > share*float64(length)+2 {
				rt.Fatalf("text %d: %v words of %d", i, n, length)
			}
		}
	})
}

// bestBigrams marks the words of the ⌈share·len/2⌉ bigrams of most attention.
func bestBigrams(attention []float64, share float64) []float64 {
	var starts []int
	for t := range len(attention) - 1 {
		starts = append(starts, t)
	}
	slices.SortStableFunc(starts, func(a, b int) int {
		return cmp.Compare(attention[b]+attention[b+1], attention[a]+attention[a+1])
	})
	z := make([]float64, len(attention))
	for _, t := range starts[:min(len(starts), int(math.Ceil(share*float64(len(attention))/2)))] {
		z[t], z[t+1] = 1, 1
	}
	return z
}

// TestNothingShownIsReadAsZeros: the hard head then says its bias.
func TestNothingShownIsReadAsZeros(t *testing.T) {
	c, in := answering(t, "A2R")
	in[InputGold] = grid(5, make([]int64, 15))
	said := compile(t, mustAnswer(t, c, Views{Gold: true}, nil)).run(in)
	g := mustStepGraph(t, c)
	bias := part(g.Layouts[0], in["model.params"].Float64s(), "hard_fc.bias")
	compare(t, 0, "logits", said[OutGoldLogits].Float64s(), slices.Repeat(bias, 3), 1e-7)
}

// TestNoiseMovesNoCut: selections that are cut to length have no noise to draw.
func TestNoiseMovesNoCut(t *testing.T) {
	for _, method := range []string{"A2R", "CR"} {
		c, in := answering(t, method)
		sampled := mustAnswer(t, c, Views{Sampled: true}, nil)
		for _, input := range sampled.Inputs() {
			if input.Name() == SelectNoise {
				t.Errorf("%s takes noise", method)
			}
		}
		want := compile(t, mustAnswer(t, c, Views{}, nil)).run(in)
		for name, got := range compile(t, sampled).run(in) {
			same(t, method+": "+name, got, want[name])
		}
	}
}
