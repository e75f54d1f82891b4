package onion

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// corpus is a little English, in which some words like each other's company.
var corpus = [][]string{
	strings.Fields("the cat sat on the mat ."), strings.Fields("the cat sat on the hat ."), strings.Fields("a dog sat on the mat ."),
	strings.Fields("the dog ran to the mat ."), strings.Fields("a cat ran to a hat ."), strings.Fields("the dog sat on a mat ."),
}

var someWords = rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d e F f")), 0, 12)

// TestSumsToOne: behind any context the probabilities of all known words and of an
// unknown one add up to 1, and none is 0.
func TestSumsToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Train(rapid.SliceOfN(someWords, 1, 6).Draw(t, "texts"), rapid.IntRange(1, Order).Draw(t, "order"))
		before := m.read(rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d x y")), 0, 4).Draw(t, "context"))
		sum := 0.
		for id := range len(m.ids) + 1 {
			p := math.Exp(m.logProbability(append(slices.Clone(before), int32(id)), len(before)))
			if p <= 0 {
				t.Errorf("word %d has probability %v", id, p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("the probabilities add up to %v", sum)
		}
	})
}

// TestWorkedExample holds probabilities against those by hand. Of the texts "a b a b"
// and "a c": runs of two words occur once (begin-a twice, a-b twice, b-a, a-c), so
// that D₂ = 2/(2 + 2·2) = 1/3; in front of a stand two different things, of b and
// of c one, so that D₁ = 2/(2 + 2·1) = 1/2.
func TestWorkedExample(t *testing.T) {
	m := Train([][]string{{"a", "b", "a", "b"}, {"a", "c"}}, 2)
	uniform := 1. / 4 // a, b, c and the unknown
	single := func(n float64) float64 { return (max(n-.5, 0) + .5*3*uniform) / 4 }
	behindA := func(n, shorter float64) float64 { return (max(n-1./3, 0) + 1./3*2*shorter) / 3 }
	for word, want := range map[string]float64{
		"a": behindA(0, single(2)), "b": behindA(2, single(1)), "c": behindA(1, single(1)), "x": behindA(0, single(0)),
	} {
		if got := math.Exp(m.logProbability(m.read([]string{"a", word}), 1)); math.Abs(got-want) > 1e-12 {
			t.Errorf("p(%s|a) = %v; want %v", word, got, want)
		}
	}
}

// TestLongerContextsHelp: on text of the kind that it learnt from, a model with a
// longer context is less surprised.
func TestLongerContextsHelp(t *testing.T) {
	text := strings.Fields("the cat sat on the mat . a dog ran to the hat .")
	last := math.Inf(1)
	for order := 1; order <= Order; order++ {
		whole, _, err := Train(corpus, order).Perplexities(context.Background(), text)
		if err != nil || whole >= last || whole < 1 {
			t.Errorf("order %d: perplexity %v, before it %v, error %v", order, whole, last, err)
		}
		last = whole
	}
}

// TestWithoutReadsTheShorterText: what is read again is enough.
func TestWithoutReadsTheShorterText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Train(rapid.SliceOfN(someWords, 1, 6).Draw(t, "texts"), rapid.IntRange(1, Order).Draw(t, "order"))
		words := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a B c x")), 1, 9).Draw(t, "words")
		_, without, err := m.Perplexities(context.Background(), words)
		if err != nil || len(without) != len(words) {
			t.Fatalf("%d perplexities, error %v", len(without), err)
		}
		for i, got := range without {
			short := slices.Delete(slices.Clone(words), i, i+1)
			if len(short) == 0 {
				short = words
			}
			want, _, err := m.Perplexities(context.Background(), short)
			if err != nil || math.Abs(got-want) > 1e-9*want {
				t.Errorf("without word %d of %v: perplexity %v; want %v, error %v", i, words, got, want, err)
			}
		}
	})
}

// TestRareWordsStandOut: a word that fits nowhere is the one without which the text
// is least surprising.
func TestRareWordsStandOut(t *testing.T) {
	words := strings.Fields("the cat sat cf on the mat .")
	whole, without, err := Train(corpus, Order).Perplexities(context.Background(), words)
	if err != nil {
		t.Fatal(err)
	}
	if least := slices.Index(without, slices.Min(without)); words[least] != "cf" || without[least] >= whole {
		t.Errorf("%q stands out, with %v of %v", words[least], without[least], whole)
	}
}
