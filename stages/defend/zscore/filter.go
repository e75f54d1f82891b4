package zscore

import (
	"fmt"
	"slices"
	"strings"

	"rationale/datasets"
)

// Report is what a filter found and dropped.
type Report struct {
	Dataset string   `json:"dataset"`
	Name    string   `json:"name"`
	Classes []string `json:"classes"`
	// Factor is the one that was used; Found tells that the scores suggested it.
	Factor float64 `json:"factor"`
	Found  bool    `json:"found"`
	Pairs  int     `json:"pairs"` // of a word and a label
	Mean   float64 `json:"mean"`  // of their scores
	Std    float64 `json:"std"`
	Lower  float64 `json:"lower"` // bounds of scores that are not suspicious
	Upper  float64 `json:"upper"`
	Texts  int     `json:"texts"` // training texts before
	// Suspicious are the pairs beyond the bounds, farthest first.
	Suspicious []Score `json:"suspicious"`
	Dropped    []Row   `json:"dropped"`
}

// Row is a training text that was dropped.
type Row struct {
	Row   int      `json:"row"` // in the source, from 0
	ID    string   `json:"id"`
	Label int      `json:"label"`
	Words []string `json:"words"` // that are suspicious with its label
}

// filter drops texts that hold a word of a suspicious pair with their label.
type filter struct {
	lower   bool // words are compared in lower case, as models read them
	outside map[pair]bool
}

type pair struct {
	word  string
	label int
}

func newFilter(outside []Score, lower bool) filter {
	f := filter{lower, map[pair]bool{}}
	for _, s := range outside {
		f.outside[pair{s.Word, s.Label}] = true
	}
	return f
}

// suspicious are the words of a text that are suspicious with its label.
func (f filter) suspicious(t *datasets.Text) []string {
	var out []string
	for _, word := range wordsOf(t, f.lower) {
		if f.outside[pair{word, t.Label}] && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// wordsOf are the words of a document as models look them up. Its query is not the
// attacker's to change.
func wordsOf(t *datasets.Text, lower bool) []string {
	if !lower {
		return t.Tokens
	}
	words := make([]string, len(t.Tokens))
	for i, token := range t.Tokens {
		words[i] = strings.ToLower(token)
	}
	return words
}

// change says what was done, for the manifest.
func (r Report) change() string {
	return fmt.Sprintf("Z-score filter, factor %.4g: %d of %d training texts dropped", r.Factor, len(r.Dropped), r.Texts)
}
