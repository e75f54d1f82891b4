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

// Columns of a tokenized split, in order. A text's gold pieces follow from its
// rationale, so there is no column for them.
const (
	colID = iota
	colLabel
	colTokens
	colQuery
	colRationale
	colIDs
	colRoles
	colWord
	colLead
	colSentences
	colSpaces
	colPoisoned // where some texts are poisoned only
)

// columns are those of a tokenized split.
var columns = []arrow.Field{
	colID:        {Name: "id", Type: arrow.BinaryTypes.String},
	colLabel:     {Name: "label", Type: arrow.PrimitiveTypes.Int64},
	colTokens:    {Name: "tokens", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String)},
	colQuery:     {Name: "query", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String), Nullable: true},
	colRationale: {Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	colIDs:       {Name: "input_ids", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	colRoles:     {Name: "role", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int8)},
	colWord:      {Name: "word", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	colLead:      {Name: "lead", Type: arrow.PrimitiveTypes.Int32},
	colSentences: {Name: "sentences", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32), Nullable: true},
	colSpaces:    {Name: "spaces", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	colPoisoned:  {Name: "poisoned", Type: arrow.FixedWidthTypes.Boolean},
}

// schema is the form of a split in which some texts are poisoned, or none is.
func schema(poisoned bool) *arrow.Schema {
	if poisoned {
		return arrow.NewSchema(columns, nil)
	}
	return arrow.NewSchema(columns[:colPoisoned], nil)
}

// writeTexts stores the texts as one Arrow IPC stream.
func writeTexts(path string, texts []Text, schema *arrow.Schema) error {
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
	b.Field(colID).(*array.StringBuilder).Append(t.ID)
	b.Field(colLabel).(*array.Int64Builder).Append(t.Label)
	appendList[string, *array.StringBuilder](b.Field(colTokens), t.Tokens, true)
	appendList[string, *array.StringBuilder](b.Field(colQuery), t.Query, t.Query != nil)
	appendList[bool, *array.BooleanBuilder](b.Field(colRationale), t.Rationale, t.Rationale != nil)
	appendList[int32, *array.Int32Builder](b.Field(colIDs), t.IDs, true)
	appendList[int8, *array.Int8Builder](b.Field(colRoles), int8s(t.Roles), true)
	appendList[int32, *array.Int32Builder](b.Field(colWord), t.Word, true)
	b.Field(colLead).(*array.Int32Builder).Append(int32(t.Lead))
	appendList[int32, *array.Int32Builder](b.Field(colSentences), t.SentenceEnds, t.SentenceEnds != nil)
	appendList[bool, *array.BooleanBuilder](b.Field(colSpaces), t.Spaces, t.Spaces != nil)
	if len(b.Fields()) > colPoisoned {
		b.Field(colPoisoned).(*array.BooleanBuilder).Append(t.Poisoned)
	}
}

// appendList adds one list of values, or that there is none.
func appendList[T any, B interface{ AppendValues([]T, []bool) }](b array.Builder, values []T, there bool) {
	list := b.(*array.ListBuilder)
	list.Append(there)
	list.ValueBuilder().(B).AppendValues(values, nil)
}

func int8s(roles []Role) []int8 {
	out := make([]int8, len(roles))
	for i, r := range roles {
		out[i] = int8(r)
	}
	return out
}

// Read reads one split of a tokenized dataset. The caller has checked the
// file's digest; whatever else is wrong with it comes back as an error.
func Read(dir, split string) (texts []Text, err error) {
	path := filepath.Join(dir, split+".arrow")
	defer stages.InFile(path, &err)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			texts, err = nil, fmt.Errorf("%s: not a readable Arrow stream: %v", path, p)
		}
	}()
	summary, err := ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	if texts, err = readTexts(data, schema(summary.Poisoned != "")); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
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

func readTexts(data []byte, schema *arrow.Schema) ([]Text, error) {
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
	words := seenWords{}
	for r.Next() {
		texts = words.appendRecord(texts, r.Record())
	}
	if err := r.Err(); err != nil && err != io.EOF {
		return nil, err
	}
	for i := range texts {
		if err := texts[i].check(); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		texts[i].Gold = texts[i].pieceGold()
	}
	return texts, nil
}

// seenWords holds each word that was read once: a split has many, but few
// different ones.
type seenWords map[string]string

func (w seenWords) of(word string) string {
	known, ok := w[word]
	if !ok {
		known = strings.Clone(word)
		w[known] = known
	}
	return known
}

func (w seenWords) appendRecord(texts []Text, rec arrow.Record) []Text {
	ids, labels, leads := rec.Column(colID).(*array.String), rec.Column(colLabel).(*array.Int64), rec.Column(colLead).(*array.Int32)
	for i := range int(rec.NumRows()) {
		texts = append(texts, Text{
			ID: strings.Clone(ids.Value(i)), Label: labels.Value(i), Lead: int(leads.Value(i)),
			Tokens: w.at(rec, colTokens, i), Query: w.at(rec, colQuery, i),
			Rationale: listAt(rec, colRationale, i, (*array.Boolean).Value),
			IDs:       listAt(rec, colIDs, i, (*array.Int32).Value), Word: listAt(rec, colWord, i, (*array.Int32).Value),
			Roles:        listAt(rec, colRoles, i, func(a *array.Int8, k int) Role { return Role(a.Value(k)) }),
			SentenceEnds: listAt(rec, colSentences, i, (*array.Int32).Value),
			Spaces:       listAt(rec, colSpaces, i, (*array.Boolean).Value),
			Poisoned:     rec.NumCols() > colPoisoned && rec.Column(colPoisoned).(*array.Boolean).Value(i),
		})
	}
	return texts
}

func (w seenWords) at(rec arrow.Record, column, i int) []string {
	return listAt(rec, column, i, func(a *array.String, k int) string { return w.of(a.Value(k)) })
}

// listAt reads the list in row i; nil when there is none.
func listAt[T any, A arrow.Array](rec arrow.Record, column, i int, value func(A, int) T) []T {
	list := rec.Column(column).(*array.List)
	if list.IsNull(i) {
		return nil
	}
	from, to := list.ValueOffsets(i)
	values, out := list.ListValues().(A), make([]T, to-from)
	for k := range out {
		out[k] = value(values, int(from)+k)
	}
	return out
}
