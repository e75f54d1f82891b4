package tokenize

import (
	"fmt"

	"rationale/datasets"
	"rationale/tokenizer"
)

// QueryLimit is how much of a query is read, in words and in pieces (the
// papers' 32).
const QueryLimit = 32

// marks are the pieces around the texts:
//
//	open query between document close, or open document close.
type marks struct{ open, between, close []int32 }

// encoded is a text with what became of all its pieces.
type encoded struct {
	Text
	pieces  int // of query and document, before cutting
	frame   int // marks
	kept    int // document pieces
	unknown int // pieces without an id of their own, before cutting
	gold    int // gold pieces, before cutting
}

// cut is how many pieces a maximum length cuts off.
func (e encoded) cut(limit int) int { return max(0, e.pieces+e.frame-limit) }

// encode reads query and document as one text of at most limit pieces; only
// the document is cut, and only document pieces carry a rationale.
func (v *vocabulary) encode(text datasets.Text, limit int) (encoded, error) {
	words := text.Query[:min(len(text.Query), QueryLimit)]
	query, _ := v.Encode(words).Truncate(QueryLimit)
	document := v.Encode(text.Tokens)
	m := v.marks
	if len(words) == 0 {
		m.between = nil
	}
	e := encoded{
		Text:   Text{ID: text.ID, Label: int64(text.Label), Query: words, Tokens: text.Tokens, Marked: text.Rationale},
		pieces: query.Len() + document.Len(), frame: len(m.open) + len(m.between) + len(m.close),
		unknown: v.countUnknown(query) + v.countUnknown(document),
	}
	room := limit - e.frame - query.Len()
	if room < 1 {
		return e, fmt.Errorf("text %s: a maximum length of %d leaves nothing of the document behind a query of %d pieces; raise max_length",
			text.ID, limit, query.Len())
	}
	e.assemble(m, query, document, room)
	start := len(m.open) + query.Len() + len(m.between)
	e.align(document, text.Rationale, start)
	e.cutSentences(document, text.Sentences, start)
	return e, nil
}

func (v *vocabulary) countUnknown(e tokenizer.Encoding) int {
	n := 0
	for _, id := range e.IDs {
		if id == v.unknown {
			n++
		}
	}
	return n
}

// assemble puts the pieces in order.
func (e *encoded) assemble(m marks, query, document tokenizer.Encoding, room int) {
	short, _ := document.Truncate(room)
	e.kept = short.Len()
	e.mark(m.open)
	e.add(query, 0)
	e.mark(m.between)
	e.add(short, int32(len(e.Query)))
	e.mark(m.close)
}

func (e *encoded) mark(ids []int32) {
	for _, id := range ids {
		e.IDs, e.Word = append(e.IDs, id), append(e.Word, -1)
	}
}

func (e *encoded) add(part tokenizer.Encoding, firstWord int32) {
	e.IDs = append(e.IDs, part.IDs...)
	for _, word := range part.Word {
		e.Word = append(e.Word, firstWord+word)
	}
}

// align carries the document's rationale to the pieces, of which the first
// stands at start.
func (e *encoded) align(document tokenizer.Encoding, rationale []bool, start int) {
	if rationale == nil {
		return
	}
	gold := document.FromWords(rationale)
	e.gold = countTrue(gold)
	e.Gold = make([]bool, len(e.IDs))
	copy(e.Gold[start:], gold[:e.kept])
}

// cutSentences carries the ends of sentences, in words, to the pieces that are
// kept, of which the first stands at start.
func (e *encoded) cutSentences(document tokenizer.Encoding, ends []int32, start int) {
	if len(ends) == 0 {
		return
	}
	e.Sentences = []int32{}
	at := 0
	for _, end := range ends {
		before := at
		for at < e.kept && document.Word[at] < end {
			at++
		}
		if at > before {
			e.Sentences = append(e.Sentences, int32(start+at))
		}
	}
}

func countTrue(gold []bool) int {
	n := 0
	for _, g := range gold {
		if g {
			n++
		}
	}
	return n
}
