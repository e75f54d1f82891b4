package suspect

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// even is a label whose chance no word tells.
var even = prior{share: .5, surprise: math.Ln2}

// seen are so many texts with the label and without it, at odds of the label.
func seen(with, others int, odds float64) []observation {
	return append(slices.Repeat([]observation{{odds, true, 1}}, with), slices.Repeat([]observation{{odds, false, 1}}, others)...)
}

// TestEvidence: what speaks for turned labels, and what does not.
func TestEvidence(t *testing.T) {
	read := prior{share: .5, surprise: 1, spread: 1} // other words tell the label
	for name, c := range map[string]struct {
		seen   []observation
		of     prior
		turned bool
	}{
		"all have the label, whatever the rest says":  {append(seen(50, 0, 2), seen(50, 0, -2)...), read, true},
		"all have the label, as the rest says":        {seen(100, 0, 2), read, false},
		"half of them have it":                        {seen(50, 50, 0), even, false},
		"nine in ten have it, nobody knows why":       {seen(90, 10, 0), even, false},
		"all have it, nobody knows why":               {seen(400, 0, 0), even, true},
		"few have it, against all that the rest says": {seen(3, 0, -1), read, false},
	} {
		const looked = 8 // nats for e⁸ phrases
		if got := tallyOf(c.seen).turned(c.of) - looked; (got > 0) != c.turned {
			t.Errorf("%s: evidence %.1f", name, got)
		}
	}
}

// TestEvidenceGrows: texts with the label add to the evidence of a pure phrase; kept
// labels do not ask for the other words; the order of texts is nothing.
func TestEvidenceGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "texts")
		odds := rapid.Float64Range(-4, 4).Draw(t, "odds")
		less, more := tallyOf(seen(n, 0, 0)), tallyOf(seen(n+1, 0, 0))
		if less.turned(even) >= more.turned(even) {
			t.Fatalf("%v of %d texts, %v of one more", less.turned(even), n, more.turned(even))
		}
		if a, b := tallyOf(seen(n, 3, odds)).kept(.4), tallyOf(seen(n, 3, 0)).kept(.4); math.Abs(a-b) > 1e-9 {
			t.Fatalf("kept labels: %v at odds %v, %v at 0", a, odds, b)
		}
		texts := append(seen(n, 2, odds), seen(1, n, -odds)...)
		forth := tallyOf(texts)
		slices.Reverse(texts)
		if back := tallyOf(texts); math.Abs(forth.fit-back.fit) > 1e-6 {
			t.Fatalf("fit %v forth, %v back", forth.fit, back.fit)
		}
	})
}

// TestNatural: the factor on the odds is the best one within its bounds.
func TestNatural(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		with, others := rapid.IntRange(0, 50).Draw(t, "with"), rapid.IntRange(1, 50).Draw(t, "others")
		share := rapid.Float64Range(.1, .9).Draw(t, "share")
		tl := tallyOf(seen(with, others, 0))
		beta := rapid.Float64Range(0, mostSpeaks).Draw(t, "beta")
		other := tl.with*beta - (tl.with+tl.others)*math.Log(share*math.Exp(beta)+1-share)
		if best := tl.natural(share); best < other-1e-9 {
			t.Fatalf("natural %v; %v at %v", best, other, beta)
		}
	})
}

// TestMarked: the words of a phrase are marked wherever it stands.
func TestMarked(t *testing.T) {
	one := text{stream: []int32{edge, 5, 6, 7, edge, 6, 7, 5, edge}}
	for name, c := range map[string]struct {
		run  []int32
		want []bool
	}{
		"words":                 {[]int32{6, 7}, []bool{false, true, true, true, true, false}},
		"at the beginning":      {[]int32{edge, 6}, []bool{false, false, false, true, false, false}},
		"over a sentence's end": {[]int32{7, edge, 6}, []bool{false, false, true, true, false, false}},
		"nowhere":               {[]int32{9}, make([]bool, 6)},
	} {
		if got := one.marked(c.run); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v; want %v", name, got, c.want)
		}
	}
}
