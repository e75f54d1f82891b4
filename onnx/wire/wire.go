// Package wire walks over protocol-buffer messages field by field. No Go module
// with ONNX's messages can be had, so files are read and written by field
// number, on protowire.
package wire

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is one field of a message: Bytes of a length-delimited one, Number of
// a variable-width integer or of the bits of a float. Raw is the whole field as
// it stands in the message, its tag included.
type Field struct {
	Tag    protowire.Number
	Kind   protowire.Type
	Bytes  []byte
	Number uint64
	Raw    []byte
}

// Fields calls visit for every field of a message in turn. Groups are passed
// over in one piece.
func Fields(b []byte, visit func(Field) error) error {
	for len(b) > 0 {
		tag, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return damaged(n)
		}
		f := Field{Tag: tag, Kind: kind}
		size := f.read(b[n:])
		if size < 0 {
			return damaged(size)
		}
		f.Raw, b = b[:n+size], b[n+size:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// read takes the field's value from the front of b and returns its size, which
// is negative when b is damaged.
func (f *Field) read(b []byte) (n int) {
	switch f.Kind {
	case protowire.BytesType:
		f.Bytes, n = protowire.ConsumeBytes(b)
	case protowire.VarintType:
		f.Number, n = protowire.ConsumeVarint(b)
	case protowire.Fixed32Type:
		var bits uint32
		bits, n = protowire.ConsumeFixed32(b)
		f.Number = uint64(bits)
	case protowire.Fixed64Type:
		f.Number, n = protowire.ConsumeFixed64(b)
	default:
		n = protowire.ConsumeFieldValue(f.Tag, f.Kind, b)
	}
	return n
}

func damaged(code int) error {
	return fmt.Errorf("damaged, cut short or not ONNX: %w", protowire.ParseError(code))
}

// Ints appends a repeated integer field, packed or not.
func (f Field) Ints(to []int64) ([]int64, error) {
	if f.Kind == protowire.VarintType {
		return append(to, int64(f.Number)), nil
	}
	for b := f.Bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, damaged(n)
		}
		to, b = append(to, int64(v)), b[n:]
	}
	return to, nil
}
