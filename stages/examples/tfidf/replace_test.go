package tfidf

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// documents are made of few words, so that they share some.
var documents = rapid.SliceOfN(rapid.SliceOf(rapid.IntRange(0, 6)), 1, 6)

// TestChancesAreAShare: probabilities, whose mean over a unit is the share
// unless something was cut or nothing differs; without ends, and with the end of
// the document alone, they are the same.
func TestChancesAreAShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := documents.Draw(t, "documents")
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		law := New(slices.Values(all), 0)
		for _, d := range all {
			got := law.Chances(d, nil, share)
			if !slices.Equal(got, law.Chances(d, []int{len(d)}, share)) {
				t.Fatal("the end of the document makes another unit")
			}
			sum, cut := 0.0, false
			for _, p := range got {
				if !(p >= 0 && p <= 1) {
					t.Fatalf("probability %v", p)
				}
				sum, cut = sum+p, cut || p == 1
			}
			if mean := sum / float64(len(d)); sum > 0 && !cut && math.Abs(mean-share) > 1e-9 {
				t.Fatalf("a share of %v is replaced, wanted %v", mean, share)
			}
		}
	})
}

// TestReplaceFollowsTheLaw counts what is replaced, and by what, in many draws
// of one document: each share is within five deviations of its probability.
func TestReplaceFollowsTheLaw(t *testing.T) {
	const draws = 20000
	f, law := readToy(t)
	words := slices.Concat(f.Documents[1].Sentences...)
	chances := law.Chances(words, nil, .3)
	vocabulary, probabilities := law.Replacements()
	r := rand.New(rand.NewPCG(3, 0))
	replaced, drawn := make([]float64, len(words)), map[string]float64{}
	for range draws {
		for i, w := range law.Replace(words, nil, .3, r) {
			if w != words[i] {
				replaced[i]++
			}
			if i == 0 {
				drawn[w]++
			}
		}
	}
	own := func(w string) float64 { return probabilities[slices.Index(vocabulary, w)] }
	for i, n := range replaced {
		if p := chances[i] * (1 - own(words[i])); far(n/draws, p, draws) {
			t.Errorf("%s at %d was replaced in a share of %v, wanted %v", words[i], i, n/draws, p)
		}
	}
	for i, w := range vocabulary {
		if p := chances[0] * probabilities[i]; w != words[0] && far(drawn[w]/draws, p, draws) {
			t.Errorf("%s came in a share of %v, wanted %v", w, drawn[w]/draws, p)
		}
	}
}

// far tells a share of n draws that is no chance result of a probability.
func far(share, p float64, n int) bool {
	return math.Abs(share-p) > 5*math.Sqrt(p*(1-p)/float64(n))
}

// TestUnknownWords are replaced like others and never drawn; where nothing else
// is known, nothing is replaced.
func TestUnknownWords(t *testing.T) {
	const unknown = 0
	law := New(slices.Values([][]int{{unknown, unknown, 1, 2}, {unknown, 3}, {4, 4, 1}}), unknown)
	if p := law.Chances([]int{unknown, 1, 2}, nil, .1); p[0] <= p[2] {
		t.Errorf("probabilities %v: the common unknown word is replaced more often than a rare one", p)
	}
	words, _ := law.Replacements()
	if !slices.Equal(words, []int{1, 2, 3, 4}) {
		t.Errorf("replacements %v", words)
	}
	nothing := New(slices.Values([][]int{{unknown}, {}}), unknown)
	if got := nothing.Replace([]int{unknown, 5}, nil, 1, rand.New(rand.NewPCG(1, 1))); !slices.Equal(got, []int{unknown, 5}) {
		t.Errorf("%v where no replacement is known", got)
	}
}

// TestEqualScores: words that tell nothing apart stay, and replacements of one
// score come equally often.
func TestEqualScores(t *testing.T) {
	law := New(slices.Values([][]int{{1, 2}, {2, 1}}), 0)
	near(t, "chances", law.Chances([]int{1, 2}, nil, .5), []float64{0, 0})
	_, p := law.Replacements()
	near(t, "replacements", p, []float64{.5, .5})
}

// TestReplaceIsRepeatable with the same numbers, and leaves its input alone.
func TestReplaceIsRepeatable(t *testing.T) {
	_, law := readToy(t)
	words := []string{"the", "beer", "is", "pale", "never seen"}
	before := slices.Clone(words)
	once := law.Replace(words, []int{2}, .9, rand.New(rand.NewPCG(2, 2)))
	again := law.Replace(words, []int{2}, .9, rand.New(rand.NewPCG(2, 2)))
	if !slices.Equal(once, again) || slices.Equal(once, words) || !slices.Equal(words, before) {
		t.Errorf("%v and %v of %v", once, again, before)
	}
}
