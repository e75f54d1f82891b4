package backdoor

import (
	"slices"

	"rationale/datasets"
)

// starts are the numbers of the words at which sentences start, and behind them
// the number of words. Where a text marks no sentences, each runs up to a token
// that closes it.
func starts(t *datasets.Text) []int {
	out := []int{0}
	if len(t.Sentences) > 0 {
		for _, end := range t.Sentences {
			out = append(out, int(end))
		}
		return out
	}
	for i, word := range t.Tokens {
		if closes(word) && i+1 < len(t.Tokens) && !closes(t.Tokens[i+1]) {
			out = append(out, i+1)
		}
	}
	return append(out, len(t.Tokens))
}

// closes tells whether a token ends a sentence.
func closes(word string) bool { return word == "." || word == "!" || word == "?" }

// firstMarked is the number of the first sentence with a word of the rationale; the
// first one of a text without any.
func firstMarked(t *datasets.Text, starts []int) (sentence int, found bool) {
	word := slices.Index(t.Rationale, true)
	if word < 0 {
		return 0, false
	}
	behind, _ := slices.BinarySearch(starts, word+1)
	return behind - 1, true
}
