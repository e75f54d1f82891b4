package tokenize

import (
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/tokenizer"
)

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
	// goldSentences are those of the document with a gold piece, before cutting;
	// of goldKept a gold piece was kept.
	goldSentences, goldKept int
}

// cut is how many pieces a maximum length cuts off.
func (e encoded) cut(limit int) int { return max(0, e.pieces+e.frame-limit) }

// encode reads query and document as one text of at most as many pieces as the
// settings say; only the document is cut, and only document pieces carry a
// rationale.
func (v *vocabulary) encode(text datasets.Text) (encoded, error) {
	b := v.beginning(text.Query)
	document := v.Encode(text.Tokens)
	e := encoded{
		Text:   newText(text, b.words),
		pieces: b.query.Len() + document.Len(), frame: b.frame(),
		unknown: v.countUnknown(b.query) + v.countUnknown(document),
	}
	room := v.room(b)
	if room < 1 {
		return e, fmt.Errorf("a maximum length of %d leaves nothing of the document behind a query of %d pieces; raise max_length",
			v.settings.MaxLength, b.query.Len())
	}
	short, _ := document.Truncate(room)
	e.assemble(b.marks, b.query, short)
	e.align(document, short, text.Sentences, len(b.open)+b.query.Len()+len(b.between))
	return e, nil
}

// beginning is what stands around a document: marks, and the query that is read.
type beginning struct {
	marks
	words int // of the query
	query tokenizer.Encoding
}

// beginning is that of a text with this query.
func (v *vocabulary) beginning(query []string) beginning {
	words := query[:min(len(query), v.settings.QueryLimit)]
	b := beginning{marks: v.marks, words: len(words)}
	b.query, _ = v.Encode(words).Truncate(v.settings.QueryLimit)
	if len(words) == 0 {
		b.between = nil
	}
	return b
}

// frame is how many pieces the marks have.
func (m marks) frame() int { return len(m.open) + len(m.between) + len(m.close) }

// room is how many pieces of a document are read behind a beginning.
func (v *vocabulary) room(b beginning) int {
	return v.settings.MaxLength - b.frame() - b.query.Len()
}

// newText is a text before its pieces; lead words of its query are read.
func newText(t datasets.Text, lead int) Text {
	return Text{ID: t.ID, Label: int64(t.Label), Query: t.Query, Tokens: t.Tokens, Spaces: t.Spaces, Rationale: t.Rationale, Lead: lead, Poisoned: t.Poisoned}
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

// unknownWords are the words of which a piece has no id of its own, each once.
func (v *vocabulary) unknownWords(texts ...[]string) []string {
	var unknown []string
	for _, words := range texts {
		e := v.Encode(words)
		for i, id := range e.IDs {
			if word := words[e.Word[i]]; id == v.unknown && !slices.Contains(unknown, word) {
				unknown = append(unknown, word)
			}
		}
	}
	return unknown
}

// assemble puts the pieces in order.
func (e *encoded) assemble(m marks, query, document tokenizer.Encoding) {
	e.mark(m.open)
	e.add(QueryPiece, query, 0)
	e.mark(m.between)
	e.add(DocumentPiece, document, int32(e.Lead))
	e.mark(m.close)
}

func (e *encoded) mark(ids []int32) {
	for _, id := range ids {
		e.IDs, e.Roles, e.Word = append(e.IDs, id), append(e.Roles, MarkPiece), append(e.Word, -1)
	}
}

func (e *encoded) add(role Role, part tokenizer.Encoding, firstWord int32) {
	e.IDs = append(e.IDs, part.IDs...)
	for _, word := range part.Word {
		e.Roles, e.Word = append(e.Roles, role), append(e.Word, firstWord+word)
	}
}

// align carries rationale and sentences of the document to what is kept of its
// pieces, of which the first stands at start, and counts what is gold in them.
func (e *encoded) align(document, kept tokenizer.Encoding, sentences []int32, start int) {
	e.kept = kept.Len()
	e.SentenceEnds = sentenceEnds(sentences, kept, start)
	if e.Rationale == nil {
		return
	}
	e.Gold = e.pieceGold()
	gold := document.FromWords(e.Rationale)
	e.gold = countTrue(gold)
	e.goldSentences = countTrue(document.ToSentences(gold, sentences))
	e.goldKept = countTrue(kept.ToSentences(gold, sentences))
}

// sentenceEnds carries the ends of sentences from the document's words to what
// is kept of its pieces, of which the first stands at start; nil when there are
// no sentences.
func sentenceEnds(words []int32, kept tokenizer.Encoding, start int) []int32 {
	var ends []int32
	for _, end := range words {
		pieces, _ := slices.BinarySearch(kept.Word, end)
		ends = append(ends, int32(start+pieces))
		if pieces == kept.Len() {
			break
		}
	}
	return ends
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
