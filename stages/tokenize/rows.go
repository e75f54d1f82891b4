package tokenize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"rationale/datasets/vet"
	"rationale/stages"
)

// schema is the form of a tokenized split.
var schema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.BinaryTypes.String},
	{Name: "label", Type: arrow.PrimitiveTypes.Int64},
	{Name: "input_ids", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "word", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	{Name: "query", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String)},
	{Name: "tokens", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String)},
	{Name: "marked", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	{Name: "sentences", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32), Nullable: true},
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
	appendInts(b.Field(2), t.IDs, true)
	appendInts(b.Field(3), t.Word, true)
	appendBools(b.Field(4), t.Gold)
	appendStrings(b.Field(5), t.Query)
	appendStrings(b.Field(6), t.Tokens)
	appendBools(b.Field(7), t.Marked)
	appendInts(b.Field(8), t.Sentences, t.Sentences != nil)
}

// appendBools stores nil as unknown.
func appendBools(b array.Builder, values []bool) {
	list := b.(*array.ListBuilder)
	list.Append(values != nil)
	list.ValueBuilder().(*array.BooleanBuilder).AppendValues(values, nil)
}

func appendStrings(b array.Builder, values []string) {
	list := b.(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.StringBuilder).AppendValues(values, nil)
}

func appendInts(b array.Builder, values []int32, known bool) {
	list := b.(*array.ListBuilder)
	list.Append(known)
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
	ids, labels := rec.Column(0).(*array.String), rec.Column(1).(*array.Int64)
	for i := range int(rec.NumRows()) {
		texts = append(texts, Text{
			ID: strings.Clone(ids.Value(i)), Label: labels.Value(i),
			IDs: intsAt(rec.Column(2), i), Word: intsAt(rec.Column(3), i), Gold: boolsAt(rec.Column(4), i),
			Query: stringsAt(rec.Column(5), i), Tokens: stringsAt(rec.Column(6), i),
			Marked: boolsAt(rec.Column(7), i), Sentences: intsAt(rec.Column(8), i),
		})
	}
	return texts
}

func stringsAt(column arrow.Array, i int) []string {
	list := column.(*array.List)
	from, to := list.ValueOffsets(i)
	values := list.ListValues().(*array.String)
	var out []string
	for k := from; k < to; k++ {
		out = append(out, strings.Clone(values.Value(int(k))))
	}
	return out
}

func intsAt(column arrow.Array, i int) []int32 {
	list := column.(*array.List)
	if list.IsNull(i) {
		return nil
	}
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
