package tokenizer

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Span is the half-open stretch [Start, End) of a text. Its unit is that of
// the positions it is used with: words, bytes or characters.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// overlaps reports whether the two spans share a position.
func (s Span) overlaps(t Span) bool {
	return max(s.Start, t.Start) < min(s.End, t.End)
}

// FromWords carries a choice of words to the pieces: a piece is selected when
// its word is. Words beyond the end of selected count as not selected.
func (e Encoding) FromWords(selected []bool) []bool {
	pieces := make([]bool, len(e.Word))
	for i, word := range e.Word {
		pieces[i] = int(word) < len(selected) && selected[word]
	}
	return pieces
}

// ToWords carries a choice of pieces back to the text's words: a word is
// selected when any of its pieces is. A word that was cut off, or that left
// no piece, is not selected.
func (e Encoding) ToWords(pieces []bool, words int) []bool {
	selected := make([]bool, words)
	for i, word := range e.Word[:min(len(e.Word), len(pieces))] {
		if pieces[i] && int(word) < words {
			selected[word] = true
		}
	}
	return selected
}

// FromSentences carries a choice of sentences to the pieces. Sentence i is
// made of the words from ends[i-1] (0 for the first) up to ends[i], which
// does not belong to it.
func (e Encoding) FromSentences(ends []int32, selected []bool) []bool {
	pieces := make([]bool, len(e.Word))
	for i, word := range e.Word {
		s := sentenceOf(ends, word)
		pieces[i] = s < min(len(ends), len(selected)) && selected[s]
	}
	return pieces
}

// ToSentences carries a choice of pieces back to the sentences, which are
// given as for FromSentences: a sentence is selected when any of its pieces
// is.
func (e Encoding) ToSentences(pieces []bool, ends []int32) []bool {
	selected := make([]bool, len(ends))
	for i, word := range e.Word[:min(len(e.Word), len(pieces))] {
		if s := sentenceOf(ends, word); pieces[i] && s < len(ends) {
			selected[s] = true
		}
	}
	return selected
}

// sentenceOf finds the sentence of a word by bisection; empty sentences never
// match. A word behind the last sentence gives len(ends).
func sentenceOf(ends []int32, word int32) int {
	s, _ := slices.BinarySearch(ends, word+1)
	return s
}

// FromSpans carries chosen stretches of the text to the pieces. words[i] is
// where word i stands, in the unit of the chosen spans (bytes or characters);
// every piece of a word that a span touches is selected.
func (e Encoding) FromSpans(words, chosen []Span) []bool {
	return e.FromWords(Touched(words, chosen))
}

// ToSpans carries a choice of pieces back to stretches of the text, in the
// unit of words (see FromSpans). Selected neighbours become one span.
func (e Encoding) ToSpans(pieces []bool, words []Span) []Span {
	return Join(words, e.ToWords(pieces, len(words)))
}

// Touched marks the parts (words or pieces, given by where they stand) that
// share at least one position with a chosen span.
func Touched(parts, chosen []Span) []bool {
	selected := make([]bool, len(parts))
	for i, part := range parts {
		selected[i] = slices.ContainsFunc(chosen, part.overlaps)
	}
	return selected
}

// Join lists the stretches that the selected parts cover; parts that follow
// one another in the list become one span, with what lies between them.
func Join(parts []Span, selected []bool) []Span {
	var spans []Span
	for i, part := range parts {
		switch {
		case !selected[i]:
		case i > 0 && selected[i-1]:
			spans[len(spans)-1].End = part.End
		default:
			spans = append(spans, part)
		}
	}
	return spans
}

// CharsToBytes changes spans counted in characters (Unicode code points) into
// spans counted in bytes. It fails on a span that is reversed or that leaves
// the text.
func CharsToBytes(text string, chars []Span) ([]Span, error) {
	at := make([]int, 0, len(text)+1)
	for i := range text {
		at = append(at, i)
	}
	at = append(at, len(text))
	bytes := make([]Span, len(chars))
	for i, s := range chars {
		if s.Start < 0 || s.End < s.Start || s.End >= len(at) {
			return nil, fmt.Errorf("tokenizer: span %d is characters [%d, %d) of a text with %d characters",
				i+1, s.Start, s.End, utf8.RuneCountInString(text))
		}
		bytes[i] = Span{Start: at[s.Start], End: at[s.End]}
	}
	return bytes, nil
}
