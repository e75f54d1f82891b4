// Package texts gives tokenized texts as examples.
package texts

import (
	"fmt"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
	"rationale/stages/tokenize"
	"rationale/tokenizer"
)

// Open opens a tokenized dataset.
func Open(dir string) (examples.Data, error) {
	summary, err := tokenize.ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	vectors, err := tokenize.ReadVectors(dir)
	if err != nil {
		return nil, err
	}
	reading, err := summary.Reading().JSON()
	return &data{dir, summary, vectors, string(reading)}, err
}

// data is a tokenized dataset.
type data struct {
	dir     string
	summary tokenize.Summary
	vectors *tensor.Tensor
	reading string
}

// Shape is what graphs have to be built for.
func (d *data) Shape() examples.Shape {
	return examples.Shape{
		Dataset: d.summary.Dataset, Classes: d.summary.Classes, Width: int(d.vectors.Shape()[1]),
		Longest: d.summary.MaxLength, Query: d.summary.Queries(), Reading: d.reading, Poisoned: d.summary.Poisoned,
		Marks: d.summary.Tokenizer == tokenize.WordPiece,
	}
}

// Fixed are the word vectors.
func (d *data) Fixed() (map[string]*tensor.Tensor, error) {
	return map[string]*tensor.Tensor{rationalizer.EmbeddingWeight: d.vectors}, nil
}

// Split reads one split.
func (d *data) Split(name string) (examples.Set, error) {
	texts, err := tokenize.Read(d.dir, name)
	return Set(texts), err
}

// Set is texts as examples: positions are pieces.
type Set []tokenize.Text

// Len is the number of texts.
func (s Set) Len() int { return len(s) }

// Class is a text's class.
func (s Set) Class(i int) int { return int(s[i].Label) }

// Length is the number of a text's pieces.
func (s Set) Length(i int) int { return len(s[i].IDs) }

// Size is that of the longest text, and of the one with most sentences.
func (s Set) Size(batch []int) rationalizer.Size {
	n := rationalizer.Size{Examples: len(batch), Positions: examples.Longest(s, batch), Sentences: 1}
	for _, i := range batch {
		n.Sentences = max(n.Sentences, len(sentences(s[i])))
	}
	return n
}

// Truth is what people say about a text.
func (s Set) Truth(i int, unit rationalizer.Unit) examples.Truth {
	t := examples.Truth{Selectable: selectable(s[i]), Gold: s[i].Gold}
	if unit == rationalizer.Sentence {
		t.Ends = []int32{}
		for _, span := range sentences(s[i]) {
			t.Ends = append(t.Ends, int32(span.End))
		}
	}
	return t
}

// selectable tells of each piece whether a rationale may hold it.
func selectable(t tokenize.Text) []bool {
	out := make([]bool, len(t.IDs))
	for i := range out {
		out[i] = t.Selectable(i)
	}
	return out
}

// sentences are where those sentences stand, among the pieces, of which anything
// is read.
func sentences(t tokenize.Text) []tokenizer.Span {
	var out []tokenizer.Span
	at := slices.Index(t.Roles, tokenize.DocumentPiece)
	for _, end := range t.SentenceEnds {
		if int(end) > at {
			out = append(out, tokenizer.Span{Start: at, End: int(end)})
			at = int(end)
		}
	}
	return out
}

// Words are a text's query and document.
func (s Set) Words(i int) examples.Words {
	return examples.Words{ID: s[i].ID, Query: s[i].Query, Tokens: s[i].Tokens, Spaces: s[i].Spaces, Gold: s[i].Rationale, Unread: s[i].Unread()}
}

// Chosen is the document's words of which a piece is chosen.
func (s Set) Chosen(i int, pieces []bool) []bool {
	return s[i].DocumentWords(pieces, len(s[i].Tokens))
}

// Values are numbers of the document's words.
func (s Set) Values(i int, pieces []float32) []float32 { return s[i].WordValues(pieces) }

// Column is a column of a batch.
func (s Set) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	if name == rationalizer.InputLabels {
		return examples.Labels(s, batch), nil
	}
	if name == rationalizer.InputPoisoned {
		return s.poisoned(batch), nil
	}
	if fill, ok := byPiece[name]; ok {
		return s.column(batch, size.Positions, fill), nil
	}
	if fill, ok := bySentence[name]; ok {
		for _, i := range batch {
			if s[i].SentenceEnds == nil {
				return nil, fmt.Errorf("text %s has no sentence marks, and the model selects sentences; import the dataset with sentences, or select words", s[i].ID)
			}
		}
		return s.column(batch, size.Sentences, fill), nil
	}
	return nil, fmt.Errorf("the model reads the column %s, and texts have none", name)
}

// poisoned marks the texts that an attacker made, [B].
func (s Set) poisoned(batch []int) *tensor.Tensor {
	row := make([]int64, len(batch))
	for k, i := range batch {
		if s[i].Poisoned {
			row[k] = 1
		}
	}
	return tensor.Vector(row)
}

// column lets fill write a row for each text; what it leaves is 0.
func (s Set) column(batch []int, width int, fill func(tokenize.Text, []int64)) *tensor.Tensor {
	all := make([]int64, len(batch)*width)
	for row, i := range batch {
		fill(s[i], all[row*width:][:width])
	}
	return examples.Rows(all, width)
}

// byPiece are the columns [B,T].
var byPiece = map[string]func(tokenize.Text, []int64){
	rationalizer.InputIDs: func(t tokenize.Text, row []int64) {
		for k, id := range t.IDs {
			row[k] = int64(id)
		}
	},
	rationalizer.InputMask: func(t tokenize.Text, row []int64) {
		for k := range t.IDs {
			row[k] = 1
		}
	},
	rationalizer.InputSelectable: func(t tokenize.Text, row []int64) { marks(selectable(t), row) },
	rationalizer.InputGold:       func(t tokenize.Text, row []int64) { marks(t.Gold, row) },
	rationalizer.InputSentence: func(t tokenize.Text, row []int64) {
		for number, span := range sentences(t) {
			for k := span.Start; k < span.End; k++ {
				row[k] = int64(number)
			}
		}
	},
}

func marks(marked []bool, row []int64) {
	for k, m := range marked {
		if m {
			row[k] = 1
		}
	}
}

// bySentence are the columns [B,S].
var bySentence = map[string]func(tokenize.Text, []int64){
	rationalizer.InputSentenceMask: func(t tokenize.Text, row []int64) {
		for number := range sentences(t) {
			row[number] = 1
		}
	},
	rationalizer.InputSentenceFirst: func(t tokenize.Text, row []int64) {
		for number, span := range sentences(t) {
			row[number] = int64(span.Start)
		}
	},
	rationalizer.InputSentenceLast: func(t tokenize.Text, row []int64) {
		for number, span := range sentences(t) {
			row[number] = int64(span.End) - 1
		}
	},
}
