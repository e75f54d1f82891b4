package datasets

import (
	"fmt"
	"unicode/utf8"

	"rationale/datasets/quote"
)

// Text is one example: a tokenised text with its class.
type Text struct {
	ID     string
	Tokens []string
	// Label is the number of the class in Meta.Classes.
	Label int
	// Rationale says for each token whether people gave it as a reason for the
	// label; nil when nobody was asked.
	Rationale []bool
	// Sentences holds the end (exclusive token index) of each sentence, the last
	// one being len(Tokens); empty when the source marks no sentences.
	Sentences []int32
	// Query holds the tokens of the claim or question that the text answers; nil
	// when there is none.
	Query []string
}

// check reports the first thing that makes the text unfit for storage.
func (t *Text) check() error {
	if len(t.Tokens) == 0 {
		return badRow("empty text", "the text holds no token")
	}
	if t.Rationale != nil && len(t.Rationale) != len(t.Tokens) {
		return badRow("rationale length", "%d rationale marks for %d tokens", len(t.Rationale), len(t.Tokens))
	}
	if err := checkSentences(t.Sentences, len(t.Tokens)); err != nil {
		return err
	}
	return checkStrings(t)
}

// checkSentences accepts no marks at all, or rising ends that cover the text.
func checkSentences(ends []int32, tokens int) error {
	last := int32(0)
	for _, end := range ends {
		if end <= last {
			return badRow("sentence marks", "sentence end %d does not come after %d", end, last)
		}
		last = end
	}
	if len(ends) > 0 && int(last) != tokens {
		return badRow("sentence marks", "the sentences end at token %d of %d", last, tokens)
	}
	return nil
}

// checkStrings refuses bytes that Arrow's utf8 type does not allow, and tokens
// without a character.
func checkStrings(t *Text) error {
	if !utf8.ValidString(t.ID) {
		return badRow("invalid UTF-8", "the identifier %q is not valid UTF-8", t.ID)
	}
	if err := checkNUL(t.ID); err != nil {
		return err
	}
	for _, list := range [][]string{t.Tokens, t.Query} {
		for i, token := range list {
			if token == "" {
				return badRow("empty token", "token %d is empty", i)
			}
			if !utf8.ValidString(token) {
				return badRow("invalid UTF-8", "token %d (%q) is not valid UTF-8", i, token)
			}
			if err := checkNUL(token); err != nil {
				return err
			}
		}
	}
	return nil
}

// RowError says which row of which source could not be used.
type RowError struct {
	File   string // path of the source as it was given
	Line   int    // counted from 1; 0 when the source has no lines
	Reason string // the kind of fault, as counted in Meta when bad rows are skipped
	Detail string // what was found and what was expected
}

// Error names file and line first, so that editors can jump there.
func (e *RowError) Error() string {
	fault := e.Reason + ": " + e.Detail
	switch {
	case e.File == "":
		return fault
	case e.Line == 0:
		return quote.Name(e.File) + ": " + fault
	}
	return fmt.Sprintf("%s:%d: %s", quote.Name(e.File), e.Line, fault)
}

// badRow is a fault of one row; whoever knows the place fills it in.
func badRow(reason, format string, args ...any) *RowError {
	return &RowError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// leftOut says that a row is sound but not part of the dataset by its definition,
// for example because its score lies between the two classes.
type leftOut string

// notARow is the reason for lines such as headers, which are not even counted.
const notARow = leftOut("")

// Error gives the reason under which the row is counted in Meta.
func (r leftOut) Error() string { return string(r) }
