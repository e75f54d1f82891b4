package plots

import "fmt"

// Highlight is one text with the words that models chose and, when people have
// marked it, the gold rationale.
type Highlight struct {
	Title      string // what text this is: "tweets test 17, label positive"
	Tokens     []string
	Gold       []bool // per token; nil when nobody has marked the text
	Rationales []Rationale
}

// Rationale is what one method chose.
type Rationale struct {
	Name   string // the method
	Note   string // more about it, such as the predicted class; may be empty
	Chosen []bool // per token
}

// check reports masks that do not fit the text.
func (h Highlight) check() error {
	if h.Gold != nil && len(h.Gold) != len(h.Tokens) {
		return fmt.Errorf("text %q has %d tokens, but gold marks for %d", h.Title, len(h.Tokens), len(h.Gold))
	}
	for _, r := range h.Rationales {
		if len(r.Chosen) != len(h.Tokens) {
			return fmt.Errorf("text %q has %d tokens, but %q chose among %d", h.Title, len(h.Tokens), r.Name, len(r.Chosen))
		}
	}
	return nil
}

// span is a piece of running text whose tokens are marked alike.
type span struct {
	text         string
	spaced       bool // a space stands before it
	chosen, gold bool
}

// spans sets the tokens from first up to but not including end as running
// text. Neighbours with the same marks become one span. spaces is what spaced
// said about the tokens; chosen may be nil.
func (h Highlight) spans(chosen, spaces []bool, first, end int) []span {
	var spans []span
	for i := first; i < end; i++ {
		next := span{
			text: visible(h.Tokens[i]), spaced: spaces[i] && i > first,
			chosen: chosen != nil && chosen[i], gold: h.Gold != nil && h.Gold[i],
		}
		last := len(spans) - 1
		if last < 0 || spans[last].chosen != next.chosen || spans[last].gold != next.gold {
			spans = append(spans, next)
			continue
		}
		if next.spaced {
			spans[last].text += " "
		}
		spans[last].text += next.text
	}
	return spans
}
