package tokenize

import (
	"fmt"

	"rationale/datasets"
	"rationale/tokenizer/wordpiece"
)

// QueryLimit is how much of a query is read, in words and in pieces (the
// papers' 32).
const QueryLimit = 32

// Settings are all that decides, beside the vocabulary, what becomes of a
// text's words.
type Settings struct {
	Tokenizer  string `json:"tokenizer"`   // Words or WordPiece
	Lower      bool   `json:"lower"`       // words are lower-cased before they are looked up
	MaxLength  int    `json:"max_length"`  // pieces of a text, separators and special pieces included
	QueryLimit int    `json:"query_limit"` // words, and pieces, of a query
	// WordRule is how the dataset's import was told to find words in a text;
	// empty when it was told nothing.
	WordRule string `json:"word_rule,omitempty"`
	// WordPiece are the switches of that tokenizer; nil with Words.
	WordPiece *wordpiece.Settings `json:"wordpiece,omitempty"`
}

// inWords are the settings of the tokenizer Words.
func (p Params) inWords(meta datasets.Meta) Settings {
	return Settings{
		Tokenizer: Words, Lower: meta.Lower, MaxLength: p.MaxLength, QueryLimit: QueryLimit,
		WordRule: meta.Options["words"],
	}
}

// inPieces are the settings of the tokenizer WordPiece, which lower-cases as its
// model does.
func (p Params) inPieces(meta datasets.Meta, w wordpiece.Settings) Settings {
	s := p.inWords(meta)
	s.Tokenizer, s.Lower, s.WordPiece = WordPiece, w.Lower, &w
	return s
}

// check names the first setting that no summary of the stage has.
func (s Settings) check() error {
	switch {
	case s.Tokenizer != Words && s.Tokenizer != WordPiece:
		return fmt.Errorf("settings: tokenizer %q; expected %s or %s", s.Tokenizer, Words, WordPiece)
	case (s.Tokenizer == WordPiece) != (s.WordPiece != nil):
		return fmt.Errorf("settings: the tokenizer %s with or without what belongs to it", s.Tokenizer)
	case s.MaxLength < 1 || s.QueryLimit < 0:
		return fmt.Errorf("settings: max_length %d, query_limit %d; expected at least 1 and 0", s.MaxLength, s.QueryLimit)
	}
	return nil
}
