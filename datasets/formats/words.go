package formats

import (
	"strings"

	"rationale/datasets/words"
)

// overlap tells whether two ranges of a text have a byte in common.
func overlap(a, b words.Span) bool { return a.Start < b.End && b.Start < a.End }

// textRules are the ways to find tokens that the option "words" offers.
var textRules = []string{string(words.ASCII), string(words.Space), string(words.Unicode)}

// marks says which tokens overlap one of the gold ranges.
func marks(tokens, gold []words.Span) []bool {
	marked := make([]bool, len(tokens))
	for i, t := range tokens {
		for _, g := range gold {
			marked[i] = marked[i] || overlap(t, g)
		}
	}
	return marked
}

// firstOccurrence is the range of part in text; ok is false when it is empty or
// not there.
func firstOccurrence(text, part string) (words.Span, bool) {
	at := strings.Index(text, part)
	return words.Span{Start: at, End: at + len(part)}, at >= 0 && part != ""
}

// splitList reads a comma-separated option; nil when it is empty.
func splitList(text string) []string {
	if text == "" {
		return nil
	}
	var list []string
	for _, item := range strings.Split(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}
