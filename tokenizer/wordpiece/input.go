package wordpiece

import (
	"fmt"

	"rationale/tokenizer"
)

// Specials are the ids of the special tokens. Mask is -1 in a vocabulary
// without one.
type Specials struct {
	Unknown, Pad, Class, Separator, Mask int32
}

func findSpecials(v *tokenizer.Vocabulary, s Settings) (Specials, error) {
	var ids Specials
	for _, special := range []struct {
		key, token string
		id         *int32
	}{
		{"unk_token", s.Unknown, &ids.Unknown}, {"pad_token", s.Pad, &ids.Pad},
		{"cls_token", s.Class, &ids.Class}, {"sep_token", s.Separator, &ids.Separator},
	} {
		id, ok := v.Index(special.token)
		if !ok {
			return ids, fmt.Errorf("the vocabulary of %d tokens has no line %q (the %s)", v.Len(), special.token, special.key)
		}
		*special.id = id
	}
	ids.Mask = -1
	if id, ok := v.Index(s.Mask); ok {
		ids.Mask = id
	}
	return ids, nil
}

// Specials gives the ids of the special tokens.
func (t *Tokenizer) Specials() Specials { return t.specials }

// Truncation says which of two texts is cut when a pair is too long.
type Truncation int

const (
	// LongestFirst cuts the longer text until both are equally long, then
	// both.
	LongestFirst Truncation = iota
	// OnlySecond cuts the second text alone.
	OnlySecond
)

// Input is one text or one pair of texts as a BERT model reads it. All slices
// have the same length.
type Input struct {
	IDs []int32
	// Types is 1 for the second text of a pair and the separator behind it.
	Types []int32
	// Mask is 1 for everything but padding.
	Mask []int32
	// Piece is the place of a piece in its own encoding, -1 for special
	// pieces and padding.
	Piece []int32
	// Cut counts the pieces that were cut off the first and second text.
	Cut [2]int
}

const (
	singleSpecials = 2 // [CLS] text [SEP]
	pairSpecials   = 3 // [CLS] first [SEP] second [SEP]
)

// Single makes [CLS] text [SEP], cut to at most limit pieces in all.
func (t *Tokenizer) Single(text tokenizer.Encoding, limit int) (Input, error) {
	if limit < singleSpecials {
		return Input{}, fmt.Errorf("wordpiece: a limit of %d pieces leaves no room for the %d special ones", limit, singleSpecials)
	}
	in := newInput(min(limit, text.Len()+singleSpecials))
	in.special(t.specials.Class, 0)
	in.Cut[0] = in.text(text, limit-singleSpecials, 0)
	in.special(t.specials.Separator, 0)
	return in, nil
}

// Pair makes [CLS] first [SEP] second [SEP], cut to at most limit pieces in
// all. It fails when the special pieces do not fit, or when OnlySecond would
// leave nothing of the second text.
func (t *Tokenizer) Pair(first, second tokenizer.Encoding, limit int, cut Truncation) (Input, error) {
	room := limit - pairSpecials
	if room < 0 {
		return Input{}, fmt.Errorf("wordpiece: a limit of %d pieces leaves no room for the %d special ones", limit, pairSpecials)
	}
	n1, n2, err := share(first.Len(), second.Len(), room, cut)
	if err != nil {
		return Input{}, err
	}
	in := newInput(n1 + n2 + pairSpecials)
	in.special(t.specials.Class, 0)
	in.Cut[0] = in.text(first, n1, 0)
	in.special(t.specials.Separator, 0)
	in.Cut[1] = in.text(second, n2, 1)
	in.special(t.specials.Separator, 1)
	return in, nil
}

// share says how much of two texts with n1 and n2 pieces fits into room. Of
// an odd room, the text that was longer gets one piece more, the second if
// they were equal.
func share(n1, n2, room int, cut Truncation) (int, int, error) {
	switch {
	case n1+n2 <= room:
		return n1, n2, nil
	case cut == OnlySecond && n1 >= room:
		return 0, 0, fmt.Errorf("wordpiece: the first text has %d pieces, %d fit, and only the second may be cut: nothing of it would be left", n1, room)
	case cut == OnlySecond:
		return n1, room - n1, nil
	case n1 > n2:
		n2, n1, err := share(n2, n1, room, cut)
		return n1, n2, err
	case n1 <= room/2:
		return n1, room - n1, nil
	}
	return room / 2, room - room/2, nil
}

// Pad fills the input up to n pieces; one that is longer stays as it is.
func (t *Tokenizer) Pad(in Input, n int) Input {
	for len(in.IDs) < n {
		in.append(t.specials.Pad, 0, 0, -1)
	}
	return in
}

// FromPieces carries choices of the two texts' pieces to the input; special
// pieces and padding are not selected. second is nil for a single text.
func (in Input) FromPieces(first, second []bool) []bool {
	selected := make([]bool, len(in.IDs))
	for i, piece := range in.Piece {
		text := first
		if in.Types[i] == 1 {
			text = second
		}
		selected[i] = piece >= 0 && int(piece) < len(text) && text[piece]
	}
	return selected
}

// ToPieces carries a choice of the input back to the two texts, which had n1
// and n2 pieces before they were cut.
func (in Input) ToPieces(selected []bool, n1, n2 int) (first, second []bool) {
	texts := [2][]bool{make([]bool, n1), make([]bool, n2)}
	for i, piece := range in.Piece {
		if piece >= 0 && i < len(selected) && selected[i] {
			texts[in.Types[i]][piece] = true
		}
	}
	return texts[0], texts[1]
}

func newInput(n int) Input {
	return Input{IDs: make([]int32, 0, n), Types: make([]int32, 0, n), Mask: make([]int32, 0, n), Piece: make([]int32, 0, n)}
}

func (in *Input) append(id, kind, mask, piece int32) {
	in.IDs, in.Types = append(in.IDs, id), append(in.Types, kind)
	in.Mask, in.Piece = append(in.Mask, mask), append(in.Piece, piece)
}

func (in *Input) special(id, kind int32) { in.append(id, kind, 1, -1) }

// text appends the first n pieces and says how many it left out.
func (in *Input) text(e tokenizer.Encoding, n int, kind int32) (cut int) {
	short, cut := e.Truncate(n)
	for i, id := range short.IDs {
		in.append(id, kind, 1, int32(i))
	}
	return cut
}
