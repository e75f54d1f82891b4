package main

import (
	"fmt"

	"rationale/datasets/quote"
	"rationale/stages/tokenize"
)

// unknownNote says that most training words have no vector; empty when they
// have.
func unknownNote(s tokenize.Summary) string {
	share := s.Splits["train"].Shares.Unknown
	if share <= mostUnknown {
		return ""
	}
	if s.Tokenizer == tokenize.WordPiece {
		return fmt.Sprintf("most pieces are unknown: %s of those of the training texts of %s are not in the vocabulary, and all look alike to the model; is it one for their language?",
			percent(share), quote.Name(s.Dataset))
	}
	return fmt.Sprintf("most words are unknown: %s of the training words of %s have no vector, and all look alike to the model; are language and case those of the word vectors (%s)?",
		percent(share), quote.Name(s.Dataset), quote.Name(s.Source))
}
