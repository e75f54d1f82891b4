package tokenize

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// Text is one example as a model reads it.
type Text struct {
	ID    string
	Label int64
	IDs   []int32 // pieces, cut to the maximum length
	Word  []int32 // the word that each piece belongs to
	Gold  []bool  // human rationale per piece; nil when unknown
	Lead  int     // pieces of query and separator before the document, in words
	Words int     // words of the whole text
	// Pieces, Cut, GoldCut and Unknown count the pieces of the whole text,
	// those cut off, the gold ones among these, and those without an id.
	Pieces, Cut, GoldCut, Unknown int
}

var fields = []arrow.Field{
	{Name: "id", Type: arrow.BinaryTypes.String},
	{Name: "label", Type: arrow.PrimitiveTypes.Int64},
	{Name: "input_ids", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "word", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	{Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	{Name: "counts", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
}

// writeTexts stores the texts as one Arrow IPC stream.
func writeTexts(path string, texts []Text) error {
	pool, schema := memory.NewGoAllocator(), arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(pool, schema)
	defer b.Release()
	for _, t := range texts {
		appendText(b, t)
	}
	record := b.NewRecord()
	defer record.Release()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := ipc.NewWriter(f, ipc.WithSchema(schema), ipc.WithAllocator(pool))
	for _, step := range []func() error{func() error { return w.Write(record) }, w.Close} {
		if err := step(); err != nil {
			f.Close()
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return f.Close()
}

func appendText(b *array.RecordBuilder, t Text) {
	b.Field(0).(*array.StringBuilder).Append(t.ID)
	b.Field(1).(*array.Int64Builder).Append(t.Label)
	appendInts(b.Field(2), t.IDs)
	appendInts(b.Field(3), t.Word)
	gold := b.Field(4).(*array.ListBuilder)
	gold.Append(t.Gold != nil)
	gold.ValueBuilder().(*array.BooleanBuilder).AppendValues(t.Gold, nil)
	appendInts(b.Field(5), []int32{int32(t.Lead), int32(t.Words), int32(t.Pieces), int32(t.Cut), int32(t.GoldCut), int32(t.Unknown)})
}

func appendInts(b array.Builder, values []int32) {
	list := b.(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.Int32Builder).AppendValues(values, nil)
}

// Read reads one split of a tokenized dataset. The caller has checked the
// file's digest; whatever else Arrow makes of it comes back as an error.
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
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer r.Release()
	for r.Next() {
		texts = appendRecord(texts, r.Record())
	}
	if err := r.Err(); err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return texts, nil
}

func appendRecord(texts []Text, rec arrow.Record) []Text {
	ids, labels := rec.Column(0).(*array.String), rec.Column(1).(*array.Int64)
	for i := range int(rec.NumRows()) {
		counts := intsAt(rec.Column(5), i)
		texts = append(texts, Text{
			ID: string([]byte(ids.Value(i))), Label: labels.Value(i),
			IDs: intsAt(rec.Column(2), i), Word: intsAt(rec.Column(3), i), Gold: boolsAt(rec.Column(4), i),
			Lead: int(counts[0]), Words: int(counts[1]), Pieces: int(counts[2]),
			Cut: int(counts[3]), GoldCut: int(counts[4]), Unknown: int(counts[5]),
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
