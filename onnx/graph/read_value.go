package graph

import (
	"encoding/binary"
	"fmt"

	"rationale/onnx/tensor"
	"rationale/onnx/wire"
)

func decodeValue(b []byte) (name string, t Type, err error) {
	err = wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case valueName:
			name = string(f.Bytes)
		case valueType:
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				if f.Tag != typeTensor {
					return nil
				}
				t, err = decodeType(f.Bytes)
				return err
			})
		}
		return nil
	})
	return name, t, err
}

func decodeType(b []byte) (t Type, err error) {
	t.Shape = Shape{}
	err = wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case typeElem:
			t.DType = tensor.DType(f.Number)
		case typeShape:
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				d, err := decodeDim(f.Bytes)
				t.Shape = append(t.Shape, d)
				return err
			})
		}
		return nil
	})
	return t, err
}

func decodeDim(b []byte) (d Dim, err error) {
	d = Sym("?")
	err = wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case dimValue:
			d = Dim{off: int64(f.Number)}
		case dimParam:
			d = parseDim(string(f.Bytes))
		}
		return nil
	})
	return d, err
}

func decodeTensor(b []byte) (name string, t *tensor.Tensor, err error) {
	var shape, ints []int64
	var dtype tensor.DType
	var raw []byte
	var packed wire.Field
	err = wire.Fields(b, func(f wire.Field) (err error) {
		switch f.Tag {
		case tensorDims:
			shape, err = f.Ints(shape)
		case tensorType:
			dtype = tensor.DType(f.Number)
		case tensorName:
			name = string(f.Bytes)
		case tensorRaw:
			raw = f.Bytes
		case tensorInt32s, tensorInt64s:
			ints, err = f.Ints(ints)
		case tensorFloats, tensorDoubles:
			packed = f
		}
		return err
	})
	if err != nil {
		return name, nil, err
	}
	if len(packed.Bytes) > 0 {
		raw = packed.Bytes
	}
	if len(ints) > 0 {
		raw = intBytes(dtype, ints)
	}
	t, err = fromRaw(dtype, shape, raw)
	return name, t, err
}

// intBytes re-encodes integers of the typed fields as raw data.
func intBytes(dtype tensor.DType, ints []int64) []byte {
	var out []byte
	for _, v := range ints {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], uint64(v))
		out = append(out, word[:dtype.Size()]...)
	}
	return out
}

func fromRaw(dtype tensor.DType, shape []int64, raw []byte) (*tensor.Tensor, error) {
	n, err := tensor.Count(shape)
	if err != nil {
		return nil, err
	}
	size := dtype.Size()
	if size == 0 {
		return nil, fmt.Errorf("element type %v is not supported", dtype)
	}
	if int64(len(raw)) != n*int64(size) || n > int64(len(raw)) {
		return nil, fmt.Errorf("%d bytes of data for %v%v", len(raw), dtype, shape)
	}
	switch dtype {
	case tensor.Float32:
		return fill[float32](shape, n, raw)
	case tensor.Float64:
		return fill[float64](shape, n, raw)
	case tensor.Int32:
		return fill[int32](shape, n, raw)
	case tensor.Int64:
		return fill[int64](shape, n, raw)
	case tensor.Uint8:
		return fill[uint8](shape, n, raw)
	}
	return fill[bool](shape, n, raw)
}

func fill[T tensor.Element](shape []int64, n int64, raw []byte) (*tensor.Tensor, error) {
	out := make([]T, n)
	if _, err := binary.Decode(raw, binary.LittleEndian, out); err != nil {
		return nil, err
	}
	return tensor.Of(shape, out)
}
