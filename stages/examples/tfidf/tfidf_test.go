package tfidf

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// toy is the fixture: documents with every number of the law.
type toy struct {
	Documents []struct {
		Sentences   [][]string
		TFIDF       []float64
		P           map[string][]float64
		PerSentence map[string][]float64 `json:"p_per_sentence"`
	}
	IDF        map[string]float64
	Vocabulary []string
	Prob       []float64
}

func readToy(t *testing.T) (toy, *Law[string]) {
	t.Helper()
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, "nir_noise_law.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f toy
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f, New(func(yield func([]string) bool) {
		for _, d := range f.Documents {
			if !yield(slices.Concat(d.Sentences...)) {
				return
			}
		}
	}, "")
}

// TestLawAgreesWithTheFixture compares every number of the toy corpus: tf-idf,
// the probabilities of being replaced, and those of replacing.
func TestLawAgreesWithTheFixture(t *testing.T) {
	f, law := readToy(t)
	for i, d := range f.Documents {
		words, ends := slices.Concat(d.Sentences...), sentenceEnds(d.Sentences)
		near(t, "tf-idf", law.Scores(words), d.TFIDF)
		for share, want := range d.P {
			near(t, "document "+strconv.Itoa(i), law.Chances(words, nil, number(t, share)), want)
		}
		for share, want := range d.PerSentence {
			near(t, "sentences of document "+strconv.Itoa(i), law.Chances(words, ends, number(t, share)), want)
		}
	}
	if !maps.EqualFunc(law.idf, f.IDF, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }) {
		t.Errorf("idf %v, want %v", law.idf, f.IDF)
	}
	words, probabilities := law.Replacements()
	if !slices.Equal(words, f.Vocabulary) {
		t.Errorf("vocabulary %v, want %v", words, f.Vocabulary)
	}
	near(t, "replacements", probabilities, f.Prob)
}

func sentenceEnds(sentences [][]string) []int {
	var ends []int
	at := 0
	for _, s := range sentences {
		at += len(s)
		ends = append(ends, at)
	}
	return ends
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
