package tokenize

import (
	"fmt"

	"rationale/datasets"
	"rationale/datasets/words"
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
	// WordRule and QueryRule are how the dataset's import found the words of texts
	// and of queries; empty when the import is older than these fields, and
	// QueryRule where there are no queries.
	WordRule  words.Rule `json:"word_rule,omitempty"`
	QueryRule words.Rule `json:"query_rule,omitempty"`
	// WordPiece are the switches of that tokenizer; nil with Words.
	WordPiece *wordpiece.Settings `json:"wordpiece,omitempty"`
}

// inWords are the settings of the tokenizer Words.
func (p Params) inWords(meta datasets.Meta) Settings {
	return Settings{
		Tokenizer: Words, Lower: meta.Lower, MaxLength: p.MaxLength, QueryLimit: QueryLimit,
		WordRule: meta.WordRule, QueryRule: meta.QueryRule,
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
	for _, rule := range []words.Rule{s.WordRule, s.QueryRule} {
		if rule != "" && !rule.Known() {
			return fmt.Errorf("settings: there is no rule %q for finding words", string(rule))
		}
	}
	return nil
}
