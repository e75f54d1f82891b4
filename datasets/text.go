package datasets

import (
	"unicode/utf8"

	"rationale/datasets/fault"
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
	// Spaces says for each token whether white space stood before it in the source;
	// nil where that is unknown, as of tokens that the source has ready.
	Spaces []bool
	// Poisoned tells that an attacker changed the text, and its label with it unless
	// the attack keeps labels.
	Poisoned bool
}

// Check reports the first thing that makes the text unfit for storage, as a
// *fault.Row. It does not know how many classes there are.
func (t *Text) Check() error {
	if len(t.Tokens) == 0 {
		return fault.New("empty text", "the text holds no token")
	}
	if t.Rationale != nil && len(t.Rationale) != len(t.Tokens) {
		return fault.New("rationale length", "%d rationale marks for %d tokens", len(t.Rationale), len(t.Tokens))
	}
	if t.Spaces != nil && len(t.Spaces) != len(t.Tokens) {
		return fault.New("marks of white space", "%d marks of white space for %d tokens", len(t.Spaces), len(t.Tokens))
	}
	if err := checkSentences(t.Sentences, len(t.Tokens)); err != nil {
		return err
	}
	return checkStrings(t)
}

// check also wants one of so many classes.
func (t *Text) check(classes int) error {
	if t.Label < 0 || t.Label >= classes {
		return fault.New("unknown label", "class %d of %d", t.Label, classes)
	}
	return t.Check()
}

// checkSentences accepts no marks at all, or rising ends that cover the text.
func checkSentences(ends []int32, tokens int) error {
	last := int32(0)
	for _, end := range ends {
		if end <= last {
			return fault.New("sentence marks", "sentence end %d does not come after %d", end, last)
		}
		last = end
	}
	if len(ends) > 0 && int(last) != tokens {
		return fault.New("sentence marks", "the sentences end at token %d of %d", last, tokens)
	}
	return nil
}

// checkStrings refuses bytes that Arrow's utf8 type does not allow, and tokens
// without a character.
func checkStrings(t *Text) error {
	if !utf8.ValidString(t.ID) {
		return fault.New("invalid UTF-8", "the identifier %q is not valid UTF-8", t.ID)
	}
	if err := fault.CheckNUL(t.ID); err != nil {
		return err
	}
	for _, list := range [][]string{t.Tokens, t.Query} {
		for i, token := range list {
			if token == "" {
				return fault.New("empty token", "token %d is empty", i)
			}
			if !utf8.ValidString(token) {
				return fault.New("invalid UTF-8", "token %d (%q) is not valid UTF-8", i, token)
			}
			if err := fault.CheckNUL(token); err != nil {
				return err
			}
		}
	}
	return nil
}
