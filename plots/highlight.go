package plots

import "fmt"

// Highlight is one text with the words that models chose and, when people have
// marked it, the gold rationale.
type Highlight struct {
	Title      string // what text this is: "tweets test 17, label positive"
	Query      string // what the text is about; may be empty
	Tokens     []string
	Spaces     []bool // per token: white space stands before it; nil for the usual places
	Unread     int    // tokens at the end that models do not read
	Gold       []bool // per token; nil when nobody has marked the text
	Rationales []Rationale
	// Edges join the tokens, by number, where these are the nodes of a graph; nil for a
	// text.
	Edges [][2]int
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
	if h.Spaces != nil && len(h.Spaces) != len(h.Tokens) || h.Unread < 0 || h.Unread > len(h.Tokens) {
		return fmt.Errorf("text %q has %d tokens, but spaces for %d, and %d are unread", h.Title, len(h.Tokens), len(h.Spaces), h.Unread)
	}
	for _, r := range h.Rationales {
		if len(r.Chosen) != len(h.Tokens) {
			return fmt.Errorf("text %q has %d tokens, but %q chose among %d", h.Title, len(h.Tokens), r.Name, len(r.Chosen))
		}
	}
	return h.checkEdges()
}

// spaced tells for every token whether a space stands before it.
func (h Highlight) spaced() []bool {
	if h.Spaces != nil {
		return h.Spaces
	}
	return spaced(h.Tokens)
}

// read is how many tokens models read, the first ones.
func (h Highlight) read() int { return len(h.Tokens) - h.Unread }

// unreadNote stands before the tokens that are not read; empty without any.
func (h Highlight) unreadNote() string {
	if h.Unread == 0 {
		return ""
	}
	note := fmt.Sprintf("not read from here on: %d words", h.Unread)
	if h.Unread == 1 {
		note = "not read from here on: 1 word"
	}
	if h.Gold == nil {
		return note
	}
	gold := 0
	for _, marked := range h.Gold[h.read():] {
		if marked {
			gold++
		}
	}
	return fmt.Sprintf("%s, %d of them gold", note, gold)
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
