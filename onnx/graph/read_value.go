package graph

import (
	"net/url"
	"strconv"
	"strings"

	"rationale/onnx/tensor"
	"rationale/onnx/wire"
)

// decodeValue reads the declaration of a value. The type is invalid unless it
// is a tensor of known rank.
func decodeValue(b []byte) (name string, t Type, err error) {
	name, err = textField(b, valueName)
	if err != nil {
		return name, t, err
	}
	err = wire.Fields(b, func(f wire.Field) error {
		if f.Tag != valueType {
			return nil
		}
		return wire.Fields(f.Bytes, func(f wire.Field) (err error) {
			if t = (Type{}); f.Tag == typeTensor {
				t, err = decodeType(name, f.Bytes)
			}
			return err
		})
	})
	return name, t, err
}

func decodeType(name string, b []byte) (t Type, err error) {
	ranked := false
	t.Shape = Shape{}
	err = wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case typeElem:
			t.DType = tensor.DType(f.Number)
		case typeShape:
			ranked = true
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				if f.Tag != shapeDim {
					return nil
				}
				d, err := decodeDim(f.Bytes, url.QueryEscape(name)+"@"+strconv.Itoa(len(t.Shape)))
				t.Shape = append(t.Shape, d)
				return err
			})
		}
		return nil
	})
	if !ranked {
		return Type{}, err
	}
	return t, err
}

// decodeDim reads a length. One that the file leaves open is a symbol of its
// own, called unnamed: nothing says that it equals another.
func decodeDim(b []byte, unnamed string) (d Dim, err error) {
	d = Sym(unnamed)
	err = wire.Fields(b, func(f wire.Field) error {
		switch {
		case f.Tag == dimValue && int64(f.Number) >= 0:
			d = Dim{off: int64(f.Number)}
		case f.Tag == dimParam && len(f.Bytes) > 0:
			d = foreignDim(string(f.Bytes))
		}
		return nil
	})
	return d, err
}

// foreignDim reads a length as Dim writes it; any other text, which could not
// be computed with, is one symbol.
func foreignDim(s string) Dim {
	if d := parseDim(s); d.String() == s && d.coef != 0 && wellFormed(d.syms) {
		return d
	}
	return Sym(url.QueryEscape(s))
}

// wellFormed reports whether factors are names, or lengths in brackets.
func wellFormed(syms string) bool {
	for _, f := range splitFactors(syms) {
		inner, bracketed := strings.CutPrefix(f, "(")
		inner, closed := strings.CutSuffix(inner, ")")
		switch {
		case bracketed && closed:
			if d := parseDim(inner); d.String() != inner || d.off == 0 || !wellFormed(d.syms) {
				return false
			}
		case f == "" || strings.ContainsAny(f, "()"):
			return false
		}
	}
	return true
}
