package vet

import (
	"fmt"

	"github.com/apache/arrow/go/v15/arrow"
)

// The numbers of fields in the tables of Arrow's Schema.fbs.
const (
	schemaEndianness, schemaFields, schemaMetadata = 0, 1, 2

	fieldName, fieldNullable, fieldKind, fieldType         = 0, 1, 2, 3
	fieldDictionary, fieldChildren, fieldMetadata          = 4, 5, 6
	intWidth, intSigned                                    = 0, 1
	floatPrecision                                         = 0
	pairKey, pairValue                                     = 0, 1
	kindInt, kindFloat, kindUTF8, kindBool, kindList int64 = 2, 3, 5, 6, 12
)

// checkSchema wants exactly these columns. Metadata may say anything, but not
// more than the file holds: pairs may share their bytes.
func checkSchema(schema table, want []arrow.Field) error {
	if schema.number(schemaEndianness, 2) != 0 {
		return fmt.Errorf("its numbers are not little-endian")
	}
	if err := checkFields(schema, schemaFields, want); err != nil {
		return err
	}
	pairs, n := schema.vector(schemaMetadata, 4)
	total := 0
	for j := int64(0); j < n && schema.err == nil && total <= len(schema.data); j++ {
		pair := schema.element(pairs, j)
		total += len(pair.text(pairKey)) + len(pair.text(pairValue))
	}
	if total > len(schema.data) {
		return fmt.Errorf("its metadata are longer than the file")
	}
	return schema.err
}

func checkFields(parent table, slot int64, want []arrow.Field) error {
	fields, n := parent.vector(slot, 4)
	if parent.err == nil && n != int64(len(want)) {
		return fmt.Errorf("it has %d columns; expected %d", n, len(want))
	}
	for j, field := range want {
		if parent.err != nil {
			return parent.err
		}
		if err := checkField(parent.element(fields, int64(j)), field); err != nil {
			return fmt.Errorf("column %s: %w", field.Name, err)
		}
	}
	return parent.err
}

func checkField(f table, want arrow.Field) error {
	_, encoded := f.child(fieldDictionary)
	_, metadata := f.vector(fieldMetadata, 4)
	nullable := f.number(fieldNullable, 1) != 0
	switch name := f.text(fieldName); {
	case f.err != nil:
		return f.err
	case name != want.Name || nullable != want.Nullable || encoded || metadata != 0:
		return fmt.Errorf("it is called %.40q, nullable %t; expected %q, nullable %t, without more", name, nullable, want.Name, want.Nullable)
	}
	if err := checkType(f, want.Type); err != nil {
		return err
	}
	return checkFields(f, fieldChildren, children(want.Type))
}

// checkType wants the type itself; what is inside it, checkFields looks at.
func checkType(f table, want arrow.DataType) error {
	details, ok := f.child(fieldType)
	kind, width := kindOf(want)
	found := f.number(fieldKind, 1)
	switch {
	case f.err != nil:
		return f.err
	case !ok || kind == 0 || found != kind:
		return fmt.Errorf("its type is number %d; expected %s", found, want)
	case kind == kindInt && (details.number(intWidth, 4) != width || details.number(intSigned, 1) == 0):
		return fmt.Errorf("its integers are of another width; expected %s", want)
	case kind == kindFloat && details.number(floatPrecision, 2) != width:
		return fmt.Errorf("its numbers are of another precision; expected %s", want)
	}
	return f.err
}

// singlePrecision is the number of float32 among the precisions of Schema.fbs.
const singlePrecision = 1

// kindOf is the number of a type in Schema.fbs, and what tells its widths apart there:
// the bits of an integer, the precision of other numbers.
func kindOf(t arrow.DataType) (kind, width int64) {
	switch t := t.(type) {
	case *arrow.StringType:
		return kindUTF8, 0
	case *arrow.BooleanType:
		return kindBool, 0
	case *arrow.Int8Type:
		return kindInt, int64(t.BitWidth())
	case *arrow.Int32Type:
		return kindInt, int64(t.BitWidth())
	case *arrow.Int64Type:
		return kindInt, int64(t.BitWidth())
	case *arrow.Float32Type:
		return kindFloat, singlePrecision
	case *arrow.ListType:
		return kindList, 0
	}
	return 0, 0
}

func children(t arrow.DataType) []arrow.Field {
	if list, ok := t.(*arrow.ListType); ok {
		return []arrow.Field{list.ElemField()}
	}
	return nil
}
