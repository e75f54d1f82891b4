package tokenize

import "slices"

// Without is the text as a model reads it when some words of its document are taken
// out: what is left moves up, and nothing comes in at the end. Words and human marks
// stay those of the whole text, and pieces go on to name their words. A document
// of which nothing would be left keeps one piece, a gap.
func (t Text) Without(words []bool, gap int32) Text {
	gone := t.DocumentPieces(words)
	if first := slices.Index(t.Roles, DocumentPiece); first >= 0 && t.emptied(gone) {
		gone[first] = false
		t = t.with(gap, first)
	}
	t.SentenceEnds = endsWithout(t.SentenceEnds, gone)
	t.IDs, t.Roles, t.Word, t.Gold = without(t.IDs, gone), without(t.Roles, gone), without(t.Word, gone), without(t.Gold, gone)
	return t
}

// Blanked is the text with a gap in the place of each piece of some words of its
// document; see Reader.Gap.
func (t Text) Blanked(words []bool, gap int32) Text {
	var at []int
	for i, of := range t.DocumentPieces(words) {
		if of {
			at = append(at, i)
		}
	}
	return t.with(gap, at...)
}

// with is the text with an id at some pieces.
func (t Text) with(id int32, at ...int) Text {
	t.IDs = slices.Clone(t.IDs)
	for _, i := range at {
		t.IDs[i] = id
	}
	return t
}

// emptied tells that no piece of the document is left.
func (t Text) emptied(gone []bool) bool {
	for i := range gone {
		if t.Selectable(i) && !gone[i] {
			return false
		}
	}
	return true
}

// endsWithout are the ends of sentences among the pieces that are left; nil of none.
func endsWithout(ends []int32, gone []bool) []int32 {
	out := slices.Clone(ends)
	for i, end := range ends {
		out[i] -= int32(countTrue(gone[:end]))
	}
	return out
}

// without is a list without the elements that are gone; nil of nil.
func without[E any](list []E, gone []bool) []E {
	var out []E
	for i, x := range list {
		if !gone[i] {
			out = append(out, x)
		}
	}
	return out
}
