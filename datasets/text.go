package datasets

import (
	"errors"
	"hash/fnv"
	"io"
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

// fits also wants one of the classes, and no more to be known than the dataset has
// columns for.
func (t *Text) fits(m *Meta) error {
	switch {
	case m.Graphs != nil:
		return fault.New("kind of row", "it is a text; the dataset holds graphs")
	case t.Spaces != nil && !m.Spaces:
		return errors.New("its spaces are known; expected none, as the description has it")
	case t.Poisoned && m.Poisoned == "":
		return errors.New("it is poisoned; expected none, as the description has it")
	case t.Label < 0 || t.Label >= len(m.Classes):
		return fault.New("unknown label", "class %d of %d", t.Label, len(m.Classes))
	}
	return t.Check()
}

func (t *Text) identity() string { return t.ID }

// content tells texts apart by their tokens and query.
func (t *Text) content() uint64 {
	hash := fnv.New64a()
	for _, list := range [][]string{t.Query, t.Tokens} {
		for _, token := range list {
			io.WriteString(hash, token)
			hash.Write([]byte{0})
		}
		hash.Write([]byte{1})
	}
	return hash.Sum64()
}

func (t *Text) count(s *SplitMeta) {
	s.Rows++
	s.PerClass[t.Label]++
	s.Tokens += int64(len(t.Tokens))
	if t.Poisoned {
		s.Poisoned++
	}
	if t.Rationale != nil {
		s.WithRationale++
		s.RationaleTokens += int64(marked(t.Rationale))
	}
}

// marked counts what a rationale selects.
func marked(rationale []bool) int {
	n := 0
	for _, selected := range rationale {
		if selected {
			n++
		}
	}
	return n
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
	if err := checkID(t.ID); err != nil {
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

// checkID refuses an identifier that Arrow's utf8 type does not allow.
func checkID(id string) error {
	if !utf8.ValidString(id) {
		return fault.New("invalid UTF-8", "the identifier %q is not valid UTF-8", id)
	}
	if err := fault.CheckNUL(id); err != nil {
		return err
	}
	return nil
}
