package datasets

import (
	"slices"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// Columns of texts, in order.
const (
	colID = iota
	colTokens
	colLabel
	colRationale
	colSentences
	colQuery
)

// The names of the columns that only some files have, behind the others and in this
// order.
const (
	spacesColumn   = "spaces"   // where those of texts are known
	poisonedColumn = "poisoned" // where some texts are
)

var textFields = []arrow.Field{
	colID:        {Name: "id", Type: arrow.BinaryTypes.String},
	colTokens:    {Name: "tokens", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String)},
	colLabel:     {Name: "label", Type: arrow.PrimitiveTypes.Int32},
	colRationale: {Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
	colSentences: {Name: "sentences", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	colQuery:     {Name: "query", Type: arrow.ListOfNonNullable(arrow.BinaryTypes.String), Nullable: true},
}

// textColumns are those of a file of texts.
func (m Meta) textColumns() []arrow.Field {
	columns := slices.Clip(textFields)
	if m.Spaces {
		columns = append(columns, arrow.Field{Name: spacesColumn, Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true})
	}
	if m.Poisoned != "" {
		columns = append(columns, arrow.Field{Name: poisonedColumn, Type: arrow.FixedWidthTypes.Boolean})
	}
	return columns
}

// columnNamed is the number of a column that only some files have.
func columnNamed(schema *arrow.Schema, name string) (column int, there bool) {
	found := schema.FieldIndices(name)
	if len(found) == 0 {
		return 0, false
	}
	return found[0], true
}

func (t *Text) build(columns *array.RecordBuilder) {
	columns.Field(colID).(*array.StringBuilder).Append(t.ID)
	appendStrings(columns.Field(colTokens), t.Tokens)
	columns.Field(colLabel).(*array.Int32Builder).Append(int32(t.Label))
	appendBools(columns.Field(colRationale), t.Rationale)
	sentences := columns.Field(colSentences).(*array.ListBuilder)
	sentences.Append(true)
	sentences.ValueBuilder().(*array.Int32Builder).AppendValues(t.Sentences, nil)
	appendStrings(columns.Field(colQuery), t.Query)
	if i, there := columnNamed(columns.Schema(), spacesColumn); there {
		appendBools(columns.Field(i), t.Spaces)
	}
	if i, there := columnNamed(columns.Schema(), poisonedColumn); there {
		columns.Field(i).(*array.BooleanBuilder).Append(t.Poisoned)
	}
}

// readText copies row i out of a batch.
func readText(batch arrow.Record, i int) (Text, error) {
	text := Text{
		ID:        readString(batch.Column(colID), i),
		Tokens:    readStrings(batch.Column(colTokens), i),
		Label:     int(batch.Column(colLabel).(*array.Int32).Value(i)),
		Rationale: readBools(batch.Column(colRationale), i),
		Sentences: readInts(batch.Column(colSentences), i),
		Query:     readStrings(batch.Column(colQuery), i),
	}
	if column, there := columnNamed(batch.Schema(), spacesColumn); there {
		text.Spaces = readBools(batch.Column(column), i)
	}
	if column, there := columnNamed(batch.Schema(), poisonedColumn); there {
		text.Poisoned = batch.Column(column).(*array.Boolean).Value(i)
	}
	return text, nil
}
