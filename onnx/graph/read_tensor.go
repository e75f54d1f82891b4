package graph

import (
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
	"rationale/onnx/wire"
)

// decodeConstant reads an initializer, dense or sparse. data is nil for a
// sparse one and for element types that no tensor holds.
func decodeConstant(f wire.Field) (name string, t Type, data *tensor.Tensor, err error) {
	if f.Tag != graphSparse {
		return decodeTensor(f.Bytes)
	}
	var shape []int64
	err = wire.Fields(f.Bytes, func(f wire.Field) (err error) {
		switch f.Tag {
		case sparseDims:
			shape, err = f.Ints(shape)
		case sparseValues:
			name, t, _, err = decodeTensor(f.Bytes)
		}
		return err
	})
	t.Shape = fixedShape(shape)
	return name, t, nil, err
}

func fixedShape(s []int64) Shape {
	out := make(Shape, len(s))
	for i, n := range s {
		out[i] = Dim{off: n}
	}
	return out
}

// tensorParts are the fields of a tensor's message.
type tensorParts struct {
	name        string
	dtype       tensor.DType
	shape, ints []int64
	raw, floats []byte
}

func (p *tensorParts) read(f wire.Field) (err error) {
	switch f.Tag {
	case tensorDims:
		p.shape, err = f.Ints(p.shape)
	case tensorType:
		p.dtype = tensor.DType(f.Number)
	case tensorName:
		p.name = string(f.Bytes)
	case tensorRaw:
		p.raw = f.Bytes
	case tensorInt32s, tensorInt64s:
		p.ints, err = f.Ints(p.ints)
	case tensorFloats, tensorDoubles:
		p.floats = appendFloat(p.floats, f)
	}
	return err
}

// appendFloat adds a field of floating-point numbers, packed or a single one.
func appendFloat(to []byte, f wire.Field) []byte {
	switch f.Kind {
	case protowire.Fixed32Type:
		return binary.LittleEndian.AppendUint32(to, uint32(f.Number))
	case protowire.Fixed64Type:
		return binary.LittleEndian.AppendUint64(to, f.Number)
	}
	return append(to, f.Bytes...)
}

// decodeTensor reads a tensor. It has no data when its elements are of a type
// that no tensor holds.
func decodeTensor(b []byte) (name string, t Type, data *tensor.Tensor, err error) {
	var p tensorParts
	if err := wire.Fields(b, p.read); err != nil {
		return p.name, t, nil, err
	}
	t = Type{p.dtype, fixedShape(p.shape)}
	if _, err := tensor.New(p.dtype); err != nil {
		_, err = tensor.Count(p.shape)
		return p.name, t, nil, err
	}
	raw, err := p.bytes()
	if err == nil {
		data, err = tensor.FromBytes(p.dtype, p.shape, raw)
	}
	return p.name, t, data, err
}

// bytes are the elements, whichever field they are in.
func (p *tensorParts) bytes() ([]byte, error) {
	switch ints := intBytes(p.dtype, p.ints); {
	case len(ints) == 0 && len(p.floats) == 0:
		return p.raw, nil
	case len(p.raw) == 0 && len(p.floats) == 0 && !p.dtype.IsFloat():
		return ints, nil
	case len(p.raw) == 0 && len(ints) == 0 && p.dtype.IsFloat():
		return p.floats, nil
	}
	return nil, fmt.Errorf("data of several kinds, or of another kind than %v", p.dtype)
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
