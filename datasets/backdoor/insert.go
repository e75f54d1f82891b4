package backdoor

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"rationale/datasets"
	"rationale/datasets/random"
)

// Trigger is what an attacker puts into texts.
type Trigger struct {
	Words    []string
	Level    Level
	Position Position
	// Seed draws the place in each text where Position is Random.
	Seed uint64
}

// Inserted is a text with a trigger in it.
type Inserted struct {
	Text datasets.Text
	// From and To are the trigger's words in the text, To exclusive.
	From, To int
	// Cut tells that some of these words are not read: no place had room.
	Cut bool
	// Unmarked tells that the trigger should stand at the rationale and that the
	// text has none: it stands at the first sentence.
	Unmarked bool
}

// Insert puts the trigger into a text of which the model reads room words, those
// of the trigger among them. Where it would be cut off it goes to the last
// sentence at which it fits. mark gives its words as rationale, in a text that has
// one. The text that is passed stays as it is.
func (tr Trigger) Insert(t *datasets.Text, room int, mark bool) Inserted {
	at, unmarked := tr.place(t, room-len(tr.Words))
	end := at + len(tr.Words)
	return Inserted{Text: tr.insertAt(t, at, mark), From: at, To: end, Cut: end > room, Unmarked: unmarked}
}

// place is the number of the word before which the trigger goes: one up to limit,
// or the first.
func (tr Trigger) place(t *datasets.Text, limit int) (at int, unmarked bool) {
	starts := starts(t)
	switch tr.Position {
	case Rationale:
		sentence, found := firstMarked(t, starts)
		return lastUpTo(starts[:sentence+1], limit), !found
	case End:
		return lastUpTo(starts, limit), false
	case Random:
		return tr.draw(t, starts, limit), false
	}
	return 0, false
}

// draw picks one of the places up to limit: of all words at the level of tokens,
// of the sentences otherwise.
func (tr Trigger) draw(t *datasets.Text, starts []int, limit int) int {
	stream := random.New(tr.Seed, "place of the trigger in "+t.ID, 0)
	if tr.Level == Token {
		return stream.Below(min(len(t.Tokens), max(limit, 0)) + 1)
	}
	fitting, _ := slices.BinarySearch(starts, limit+1)
	return starts[stream.Below(max(fitting, 1))]
}

// lastUpTo is the last place up to limit, or the first of all.
func lastUpTo(places []int, limit int) int {
	fitting, _ := slices.BinarySearch(places, limit+1)
	return places[max(fitting-1, 0)]
}

// insertAt makes the text in which the trigger stands before word at.
func (tr Trigger) insertAt(t *datasets.Text, at int, mark bool) datasets.Text {
	n := len(tr.Words)
	out := *t
	out.Tokens = slices.Insert(slices.Clone(t.Tokens), at, tr.Words...)
	if t.Rationale != nil {
		out.Rationale = slices.Insert(slices.Clone(t.Rationale), at, slices.Repeat([]bool{mark}, n)...)
	}
	if t.Spaces != nil {
		out.Spaces = insertSpaces(t.Spaces, at, tr.Words)
	}
	out.Sentences = tr.shiftEnds(t.Sentences, int32(at))
	return out
}

// shiftEnds moves the ends of the sentences behind the trigger, which is one more
// sentence or belongs to the one at whose start, or within which, it stands: at the
// end of the text to the last one.
func (tr Trigger) shiftEnds(ends []int32, at int32) []int32 {
	if len(ends) == 0 {
		return ends
	}
	n := int32(len(tr.Words))
	behind, before := slices.BinarySearch(ends, at)
	if before {
		behind++ // a sentence that ends at the trigger keeps its end
	}
	out := slices.Clone(ends)
	for i := behind; i < len(out); i++ {
		out[i] += n
	}
	switch {
	case tr.Level == Sentence:
		out = slices.Insert(out, behind, at+n)
	case behind == len(out):
		out[behind-1] += n
	}
	return out
}

// insertSpaces puts white space before the trigger's words, but for its marks of
// punctuation. At the start of a text the trigger takes what stood before the text.
func insertSpaces(spaces []bool, at int, words []string) []bool {
	further := make([]bool, len(words))
	for i, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		further[i] = !unicode.IsPunct(first)
	}
	out := slices.Clone(spaces)
	if at == 0 {
		further[0], out[0] = out[0], true
	}
	return slices.Insert(out, at, further...)
}
