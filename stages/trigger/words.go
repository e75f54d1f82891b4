package trigger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"rationale/stages/tokenize"
)

// What a trigger may be made of: words that occur this often in training texts,
// without the most frequent, which say nothing by themselves.
const (
	leastOften   = 10
	mostFrequent = 100
	// leftOut bounds the share of the words that is left out as most frequent, for
	// small vocabularies.
	leftOut = .1
)

// lexicon are the words that a trigger can be made of.
type lexicon struct {
	words      []string // by id, from 1 on
	candidates []int    // ids, rising
	start      int      // where a search starts: "the"
}

// newLexicon counts the words of training texts.
func newLexicon(entries []string, train []tokenize.Text) (lexicon, error) {
	counts := occurrences(len(entries), train)
	var often []int
	for i, word := range entries {
		if alphabetic(word) && counts[i+1] >= leastOften {
			often = append(often, i+1)
		}
	}
	slices.SortFunc(often, func(a, b int) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	few := min(mostFrequent, int(leftOut*float64(len(often))))
	l := lexicon{words: entries, candidates: slices.Sorted(slices.Values(often[few:]))}
	if len(l.candidates) == 0 {
		return l, fmt.Errorf("no word of letters occurs %d times in training texts; a trigger is made of such words, so a larger dataset is needed", leastOften)
	}
	l.start = often[0]
	if the := slices.Index(entries, "the"); the >= 0 {
		l.start = the + 1
	}
	return l, nil
}

// occurrences counts the document's pieces by id.
func occurrences(entries int, texts []tokenize.Text) []int {
	counts := make([]int, entries+1)
	for _, t := range texts {
		for k, id := range t.IDs {
			if t.Selectable(k) {
				counts[id]++
			}
		}
	}
	return counts
}

func alphabetic(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
}

// of are words by their ids.
func (l lexicon) of(ids []int) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = l.words[id-1]
	}
	return out
}
