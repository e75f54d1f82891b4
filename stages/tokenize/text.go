package tokenize

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Role says what a piece is to a model: all pieces are read, only those of the
// document may be selected.
type Role int8

// The roles of pieces.
const (
	MarkPiece     Role = iota // a separator or special piece
	QueryPiece                // of the claim or question
	DocumentPiece             // of the text that is explained
)

// Text is one example as a model reads it, with the words behind its pieces.
type Text struct {
	ID    string
	Label int64
	// Query and Tokens are the words of query and document as the dataset has
	// them: all of them, also those that were cut off.
	Query, Tokens []string
	// Spaces says before which words of the document white space stood; nil when
	// unknown.
	Spaces    []bool
	Rationale []bool  // human rationale per word of the document; nil when unknown
	IDs       []int32 // pieces, cut to the maximum length
	Roles     []Role  // of the pieces
	// Word is the word that each piece belongs to, query words counted before
	// the document's; -1 for separators and special pieces.
	Word []int32
	Gold []bool // Rationale carried to the pieces; nil when unknown
	Lead int    // words of the query that are read
	// SentenceEnds holds for each sentence of the document the place among the
	// pieces behind its last one; sentences of which nothing was kept, or which
	// left no piece, end where the one before them does or are left out at the
	// end. nil when the dataset marks no sentences.
	SentenceEnds []int32
	Poisoned     bool // its label and trigger are an attacker's
}

// Selectable tells whether piece i may be part of a rationale.
func (t Text) Selectable(i int) bool { return t.Roles[i] == DocumentPiece }

// PieceSentences gives for each piece the sentence of the document that it
// belongs to, counted from 0; -1 for pieces that are not the document's. It is
// nil when the dataset marks no sentences.
func (t Text) PieceSentences() []int32 {
	if t.SentenceEnds == nil {
		return nil
	}
	of := make([]int32, len(t.IDs))
	for i := range of {
		of[i] = -1
		sentence, _ := slices.BinarySearch(t.SentenceEnds, int32(i)+1)
		if t.Selectable(i) && sentence < len(t.SentenceEnds) {
			of[i] = int32(sentence)
		}
	}
	return of
}

// DocumentWords carries a choice of pieces, with or without padding behind
// them, to the document's words: a word is selected when any of its pieces is.
func (t Text) DocumentWords(pieces []bool, words int) []bool {
	selected := make([]bool, words)
	for i, word := range t.Word[:min(len(t.Word), len(pieces))] {
		if w := int(word) - t.Lead; pieces[i] && w >= 0 && w < words {
			selected[w] = true
		}
	}
	return selected
}

// DocumentPieces carries a choice of the document's words to the pieces.
func (t Text) DocumentPieces(words []bool) []bool {
	out := make([]bool, len(t.IDs))
	for i := range out {
		out[i] = t.Selectable(i) && words[int(t.Word[i])-t.Lead]
	}
	return out
}

// Unread is how many words of the document, the last ones, the model does not read.
func (t Text) Unread() int {
	for i := len(t.Word) - 1; i >= 0; i-- {
		if t.Selectable(i) {
			return len(t.Tokens) - (int(t.Word[i]) - t.Lead + 1)
		}
	}
	return len(t.Tokens)
}

// WordValues carries numbers of pieces, with or without padding behind them, to
// the document's words: the greatest of a word's pieces, 0 for a word without.
func (t Text) WordValues(pieces []float32) []float32 {
	values := make([]float32, len(t.Tokens))
	for i, word := range t.Word[:min(len(t.Word), len(pieces))] {
		if t.Selectable(i) {
			w := int(word) - t.Lead
			values[w] = max(values[w], pieces[i])
		}
	}
	return values
}

// pieceGold carries the rationale to the pieces.
func (t Text) pieceGold() []bool {
	if t.Rationale == nil {
		return nil
	}
	return t.DocumentPieces(t.Rationale)
}

// check reports the first thing that the stage would not have written.
func (t Text) check() error {
	switch {
	case !utf8.ValidString(t.ID):
		return fmt.Errorf("the identifier %q is not UTF-8", t.ID)
	case len(t.IDs) == 0:
		return errors.New("it has no pieces")
	case len(t.Word) != len(t.IDs) || len(t.Roles) != len(t.IDs):
		return fmt.Errorf("%d pieces, %d words and %d roles of pieces; expected as many of each", len(t.IDs), len(t.Word), len(t.Roles))
	case t.Rationale != nil && len(t.Rationale) != len(t.Tokens):
		return fmt.Errorf("%d marks for %d words of the document", len(t.Rationale), len(t.Tokens))
	case t.Spaces != nil && len(t.Spaces) != len(t.Tokens):
		return fmt.Errorf("%d marks of white space for %d words of the document", len(t.Spaces), len(t.Tokens))
	case t.Label < 0 || slices.Min(t.IDs) < 0 || t.Lead < 0 || t.Lead > len(t.Query):
		return fmt.Errorf("class %d, pieces from %d, %d of %d words of a query: a number is too small or too large",
			t.Label, slices.Min(t.IDs), t.Lead, len(t.Query))
	}
	return errors.Join(checkWords(t.Query), checkWords(t.Tokens), t.checkRoles(), t.checkSentences())
}

func checkWords(words []string) error {
	for i, word := range words {
		if word == "" || !utf8.ValidString(word) {
			return fmt.Errorf("word %d is %q; expected UTF-8", i+1, word)
		}
	}
	return nil
}

// checkRoles wants the words of the pieces to be of the texts that their roles
// say.
func (t Text) checkRoles() error {
	lead, words := int32(t.Lead), int32(t.Lead+len(t.Tokens))
	for i, word := range t.Word {
		role := DocumentPiece
		switch {
		case word == -1:
			role = MarkPiece
		case word < lead:
			role = QueryPiece
		}
		if t.Roles[i] != role || word < -1 || word >= words {
			return fmt.Errorf("piece %d has role %d and word %d, of %d of the query and %d of the document", i+1, t.Roles[i], word, t.Lead, len(t.Tokens))
		}
	}
	return nil
}

// checkSentences wants ends that never fall, and all of the document between
// them.
func (t Text) checkSentences() error {
	if t.SentenceEnds == nil {
		return nil
	}
	last := int32(0)
	for i, end := range t.SentenceEnds {
		if end < last || int(end) > len(t.IDs) {
			return fmt.Errorf("sentence %d ends at piece %d of %d, the one before it at %d", i+1, end, len(t.IDs), last)
		}
		last = end
	}
	if behind := t.Roles[min(int(last), len(t.Roles)):]; slices.Contains(behind, DocumentPiece) {
		return fmt.Errorf("the sentences end at piece %d, and the document goes on", last)
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
