package tokenize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"rationale/datasets/vet"
	"rationale/stages"
)

// Text is one example as a model reads it.
type Text struct {
	ID    string
	Label int64
	IDs   []int32 // pieces, cut to the maximum length
	// Word is the word that each piece belongs to, query words counted before
	// the document's; -1 for separators and special pieces.
	Word []int32
	Gold []bool // human rationale per piece; nil when unknown
	Lead int    // words of the query
}

// DocumentWords carries a choice of pieces, with or without padding behind
// them, to the document's words: a word is selected when any of its pieces is.
func (t Text) DocumentWords(pieces []bool, words int) []bool {
	selected := make([]bool, words)
	for i, word := range t.Word[:min(len(t.Word), len(pieces))] {
		if w := int(word) - t.Lead; pieces[i] && w >= 0 && w < words {
			selected[w] = true
		}
	}
	return selected
}

// check reports the first thing that the stage would not have written.
func (t Text) check() error {
	switch {
	case !utf8.ValidString(t.ID):
		return fmt.Errorf("the identifier %q is not UTF-8", t.ID)
	case len(t.IDs) == 0:
		return errors.New("it has no pieces")
	case len(t.Word) != len(t.IDs) || (t.Gold != nil && len(t.Gold) != len(t.IDs)):
		return fmt.Errorf("%d pieces, %d words and %d marks; expected as many of each", len(t.IDs), len(t.Word), len(t.Gold))
	case t.Label < 0 || slices.Min(t.IDs) < 0 || slices.Min(t.Word) < -1 || t.Lead < 0:
		return fmt.Errorf("a negative number: class %d, pieces from %d, words from %d, %d words of a query", t.Label, slices.Min(t.IDs), slices.Min(t.Word), t.Lead)
	}
	return nil
}

// fits holds a text against the summary of its dataset.
func (t Text) fits(s Summary) error {
	switch {
	case t.Label >= int64(len(s.Classes)):
		return fmt.Errorf("class %d of %d", t.Label, len(s.Classes))
	case int(slices.Max(t.IDs)) >= s.Vocab:
		return fmt.Errorf("piece %d of a vocabulary of %d", slices.Max(t.IDs), s.Vocab)
	case len(t.IDs) > s.MaxLength:
		return fmt.Errorf("%d pieces; expected at most %d", len(t.IDs), s.MaxLength)
	}
	return nil
}

// schema is the form of a tokenized split.
var schema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.BinaryTypes.String},
	{Name: "label", Type: arrow.PrimitiveTypes.Int64},
	{Name: "input_ids", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "word", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	{Name: "lead", Type: arrow.PrimitiveTypes.Int32},
}, nil)

// writeTexts stores the texts as one Arrow IPC stream.
func writeTexts(path string, texts []Text) error {
	pool := memory.NewGoAllocator()
	b := array.NewRecordBuilder(pool, schema)
	defer b.Release()
	for _, t := range texts {
		appendText(b, t)
	}
	record := b.NewRecord()
	defer record.Release()
	return stages.WriteFile(path, func(out io.Writer) error {
		w := ipc.NewWriter(out, ipc.WithSchema(schema), ipc.WithAllocator(pool))
		return errors.Join(w.Write(record), w.Close())
	})
}

func appendText(b *array.RecordBuilder, t Text) {
	b.Field(0).(*array.StringBuilder).Append(t.ID)
	b.Field(1).(*array.Int64Builder).Append(t.Label)
	appendInts(b.Field(2), t.IDs)
	appendInts(b.Field(3), t.Word)
	gold := b.Field(4).(*array.ListBuilder)
	gold.Append(t.Gold != nil)
	gold.ValueBuilder().(*array.BooleanBuilder).AppendValues(t.Gold, nil)
	b.Field(5).(*array.Int32Builder).Append(int32(t.Lead))
}

func appendInts(b array.Builder, values []int32) {
	list := b.(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.Int32Builder).AppendValues(values, nil)
}

// Read reads one split of a tokenized dataset. The caller has checked the
// file's digest; whatever else is wrong with it comes back as an error.
func Read(dir, split string) (texts []Text, err error) {
	path := filepath.Join(dir, split+".arrow")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			texts, err = nil, fmt.Errorf("%s: not a readable Arrow stream: %v", path, p)
		}
	}()
	if texts, err = readTexts(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	summary, err := ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	if err := summary.holds(path, split, texts); err != nil {
		return nil, err
	}
	return texts, nil
}

// holds tells whether the texts of a split are those that were counted.
func (s Summary) holds(path, split string, texts []Text) error {
	if counted := s.Splits[split].Texts; counted != len(texts) {
		return fmt.Errorf("%s: %d texts; %s says %d", path, len(texts), SummaryFile, counted)
	}
	for i, t := range texts {
		if err := t.fits(s); err != nil {
			return fmt.Errorf("%s: row %d: %w", path, i+1, err)
		}
	}
	return nil
}

func readTexts(data []byte) ([]Text, error) {
	if _, err := vet.Stream(data, schema.Fields()); err != nil {
		return nil, err
	}
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Release()
	if !r.Schema().Equal(schema) {
		return nil, fmt.Errorf("its columns are not those of a tokenized split: %s", r.Schema())
	}
	var texts []Text
	for r.Next() {
		texts = appendRecord(texts, r.Record())
	}
	if err := r.Err(); err != nil && err != io.EOF {
		return nil, err
	}
	for i, t := range texts {
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return texts, nil
}

func appendRecord(texts []Text, rec arrow.Record) []Text {
	ids, labels, leads := rec.Column(0).(*array.String), rec.Column(1).(*array.Int64), rec.Column(5).(*array.Int32)
	for i := range int(rec.NumRows()) {
		texts = append(texts, Text{
			ID: strings.Clone(ids.Value(i)), Label: labels.Value(i), Lead: int(leads.Value(i)),
			IDs: intsAt(rec.Column(2), i), Word: intsAt(rec.Column(3), i), Gold: boolsAt(rec.Column(4), i),
		})
	}
	return texts
}

func intsAt(column arrow.Array, i int) []int32 {
	list := column.(*array.List)
	from, to := list.ValueOffsets(i)
	return append([]int32(nil), list.ListValues().(*array.Int32).Int32Values()[from:to]...)
}

func boolsAt(column arrow.Array, i int) []bool {
	list := column.(*array.List)
	if list.IsNull(i) {
		return nil
	}
	from, to := list.ValueOffsets(i)
	values := list.ListValues().(*array.Boolean)
	out := make([]bool, 0, to-from)
	for k := from; k < to; k++ {
		out = append(out, values.Value(int(k)))
	}
	return out
}
