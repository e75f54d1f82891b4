package tokenize

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Text is one example as a model reads it, with the words that it was made from.
type Text struct {
	ID    string
	Label int64
	IDs   []int32 // pieces, cut to the maximum length
	// Word is the word that each piece belongs to, query words counted before
	// the document's; -1 for separators and special pieces.
	Word []int32
	Gold []bool // human rationale per piece; nil when unknown
	// Query are the words of the claim or question that are read.
	Query []string
	// Tokens are the document's words, those that were cut off included.
	Tokens []string
	// Marked is the human rationale per word of the document; nil when unknown.
	Marked []bool
	// Sentences are where the document's sentences end, exclusive, in pieces;
	// the last may be cut. nil when the dataset does not mark sentences.
	Sentences []int32
}

// Role is what a piece is part of.
type Role int

// The roles of pieces.
const (
	Mark     Role = iota // a separator or a special piece
	Query                // the claim or question
	Document             // the text itself
)

// Role is that of piece i.
func (t Text) Role(i int) Role {
	switch word := int(t.Word[i]); {
	case word < 0:
		return Mark
	case word < len(t.Query):
		return Query
	}
	return Document
}

// Selectable tells of each piece whether a rationale may hold it: of the
// document's.
func (t Text) Selectable() []bool {
	out := make([]bool, len(t.IDs))
	for i := range out {
		out[i] = t.Role(i) == Document
	}
	return out
}

// Start is the document's first piece; the number of pieces when there is none.
func (t Text) Start() int {
	for i := range t.IDs {
		if t.Role(i) == Document {
			return i
		}
	}
	return len(t.IDs)
}

// SentenceStart is the first piece of a sentence.
func (t Text) SentenceStart(sentence int) int {
	if sentence == 0 {
		return t.Start()
	}
	return int(t.Sentences[sentence-1])
}

// DocumentWords carries a choice of pieces, with or without padding behind
// them, to the document's words: a word is selected when any of its pieces is.
func (t Text) DocumentWords(pieces []bool) []bool {
	selected := make([]bool, len(t.Tokens))
	for i, word := range t.Word[:min(len(t.Word), len(pieces))] {
		if w := int(word) - len(t.Query); pieces[i] && w >= 0 && w < len(selected) {
			selected[w] = true
		}
	}
	return selected
}

// check reports the first thing that the stage would not have written.
func (t Text) check() error {
	switch {
	case !utf8.ValidString(t.ID):
		return fmt.Errorf("the identifier %q is not UTF-8", t.ID)
	case len(t.IDs) == 0:
		return errors.New("it has no pieces")
	case len(t.Word) != len(t.IDs) || (t.Gold != nil && len(t.Gold) != len(t.IDs)):
		return fmt.Errorf("%d pieces, %d words and %d marks; expected as many of each", len(t.IDs), len(t.Word), len(t.Gold))
	case (t.Gold == nil) != (t.Marked == nil) || (t.Marked != nil && len(t.Marked) != len(t.Tokens)):
		return fmt.Errorf("%d marked words of %d; expected as many, or none where no piece is marked", len(t.Marked), len(t.Tokens))
	case t.Label < 0 || slices.Min(t.IDs) < 0 || slices.Min(t.Word) < -1:
		return fmt.Errorf("a negative number: class %d, pieces from %d, words from %d", t.Label, slices.Min(t.IDs), slices.Min(t.Word))
	case int(slices.Max(t.Word)) >= len(t.Query)+len(t.Tokens):
		return fmt.Errorf("a piece of word %d; there are %d", slices.Max(t.Word), len(t.Query)+len(t.Tokens))
	}
	return t.checkSentences()
}

// checkSentences wants rising ends that cover the document's pieces.
func (t Text) checkSentences() error {
	last := int32(t.Start())
	for _, end := range t.Sentences {
		if end <= last || int(end) > len(t.IDs) {
			return fmt.Errorf("a sentence ends at piece %d of %d, behind one that ends at %d", end, len(t.IDs), last)
		}
		last = end
	}
	if t.Sentences != nil && int(last) < len(t.IDs) && t.Role(int(last)) == Document {
		return fmt.Errorf("piece %d is in no sentence", last)
	}
	return nil
}

// fits holds a text against the summary of its dataset.
func (t Text) fits(s Summary) error {
	switch {
	case t.Label >= int64(len(s.Classes)):
		return fmt.Errorf("class %d of %d", t.Label, len(s.Classes))
	case int(slices.Max(t.IDs)) >= s.Vocab:
		return fmt.Errorf("piece %d of a vocabulary of %d", slices.Max(t.IDs), s.Vocab)
	case len(t.IDs) > s.MaxLength:
		return fmt.Errorf("%d pieces; expected at most %d", len(t.IDs), s.MaxLength)
	}
	return nil
}
