package graph

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
)

// maxDepth bounds how deeply subgraphs may nest in a file that is read.
const maxDepth = 16

// Read decodes an ONNX file. It understands every file that Model writes, and
// foreign ones as long as their attributes are of the kinds of Attr. Types of
// intermediate values are the file's own; where the file is silent they stay
// invalid. Damaged input gives an error that says what was being read.
func Read(data []byte) (*Graph, error) {
	d := &decoder{}
	g := New("")
	found := false
	err := fields(data, func(f field) error {
		switch f.num {
		case modelGraph:
			found = true
			return d.graph(g.core, f.bytes, 0)
		case modelMetadata:
			return readEntry(g, f.bytes)
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("no graph in it")
	}
	if err != nil {
		return nil, fmt.Errorf("not a readable ONNX model: %w", err)
	}
	return g, nil
}

func readEntry(g *Graph, b []byte) error {
	var key, value string
	err := fields(b, func(f field) error {
		switch f.num {
		case entryK:
			key = string(f.bytes)
		case entryV:
			value = string(f.bytes)
		}
		return nil
	})
	g.Annotate(key, value)
	return err
}

// field is one decoded field of a message: bytes for length-delimited ones,
// number for the others.
type field struct {
	num    protowire.Number
	typ    protowire.Type
	bytes  []byte
	number uint64
}

// fields calls visit for each field of a message.
func fields(b []byte, visit func(field) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		f := field{num: num, typ: typ}
		switch typ {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			f.number, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.number = uint64(v)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// ints appends a repeated integer field, packed or not.
func (f field) ints(to []int64) ([]int64, error) {
	if f.typ == protowire.VarintType {
		return append(to, int64(f.number)), nil
	}
	for b := f.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		to, b = append(to, int64(v)), b[n:]
	}
	return to, nil
}

// decoder keeps the names that are visible where it reads.
type decoder struct{ scopes []map[string]*Value }

func (d *decoder) lookup(name string) *Value {
	for i := len(d.scopes) - 1; i >= 0; i-- {
		if v := d.scopes[i][name]; v != nil {
			return v
		}
	}
	return nil
}

// graph fills c. Declarations come first whatever their place in the file, so
// that nodes find their inputs.
func (d *decoder) graph(c *core, b []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("subgraphs nest deeper than %d", maxDepth)
	}
	d.scopes = append(d.scopes, map[string]*Value{})
	defer func() { d.scopes = d.scopes[:len(d.scopes)-1] }()
	types := map[string]Type{}
	if err := fields(b, func(f field) error { return d.declaration(c, f, types) }); err != nil {
		return err
	}
	if err := fields(b, func(f field) error { return d.nodeField(c, f, types, depth) }); err != nil {
		return err
	}
	return fields(b, func(f field) error { return d.output(c, f) })
}

func (d *decoder) declaration(c *core, f field, types map[string]Type) error {
	switch f.num {
	case graphName:
		c.name = string(f.bytes)
	case graphInitializer:
		name, t, err := decodeTensor(f.bytes)
		if err != nil {
			return fmt.Errorf("constant %q: %w", name, err)
		}
		v := &Value{Type: Type{t.DType(), fixedShape(t.Shape())}, name: name, home: c, data: t}
		c.consts = append(c.consts, v)
		d.define(c, v)
	case graphInput, graphOutput, graphValueInfo:
		name, t, err := decodeValue(f.bytes)
		if err != nil {
			return fmt.Errorf("value %q: %w", name, err)
		}
		types[name] = t
		if f.num == graphInput {
			v := &Value{Type: t, name: name, home: c}
			c.inputs = append(c.inputs, v)
			d.define(c, v)
			if c.parent == nil {
				c.learnLengths(v)
			}
		}
	}
	return nil
}

func (d *decoder) define(c *core, v *Value) {
	d.scopes[len(d.scopes)-1][v.name] = v
	c.root.taken[v.name] = true
}

func fixedShape(s []int64) Shape {
	out := make(Shape, len(s))
	for i, n := range s {
		out[i] = Dim{off: n}
	}
	return out
}

func (d *decoder) nodeField(c *core, f field, types map[string]Type, depth int) error {
	if f.num != graphNode {
		return nil
	}
	n := &Node{Site: "file"}
	var outputs []string
	err := fields(f.bytes, func(f field) error {
		switch f.num {
		case nodeInput:
			return d.input(n, string(f.bytes))
		case nodeOutput:
			outputs = append(outputs, string(f.bytes))
		case nodeName:
			n.Name = string(f.bytes)
		case nodeOp:
			n.Op = string(f.bytes)
		case nodeDomain:
			n.Domain = string(f.bytes)
		case nodeAttribute:
			return d.attr(c, n, f.bytes, depth)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("node %q: %w", n.Name, err)
	}
	for _, name := range outputs {
		v := &Value{Type: types[name], name: name, home: c, node: n}
		n.Outputs = append(n.Outputs, v)
		d.define(c, v)
	}
	c.root.taken[n.Name] = true
	c.nodes = append(c.nodes, n)
	return nil
}

func (d *decoder) input(n *Node, name string) error {
	if name == "" {
		n.Inputs = append(n.Inputs, nil)
		return nil
	}
	v := d.lookup(name)
	if v == nil {
		return fmt.Errorf("input %q is not computed before it", name)
	}
	n.Inputs = append(n.Inputs, v)
	return nil
}

func (d *decoder) output(c *core, f field) error {
	if f.num != graphOutput {
		return nil
	}
	name, _, err := decodeValue(f.bytes)
	if err != nil {
		return err
	}
	v := d.lookup(name)
	if v == nil {
		return fmt.Errorf("output %q is never computed", name)
	}
	c.outputs = append(c.outputs, v)
	return nil
}

func (d *decoder) attr(c *core, n *Node, b []byte, depth int) error {
	var a Attr
	var ints []int64
	kind := uint64(0)
	err := fields(b, func(f field) (err error) {
		switch f.num {
		case attrName:
			a.Name = string(f.bytes)
		case attrType:
			kind = f.number
		case attrFloat:
			a.Value = math.Float32frombits(uint32(f.number))
		case attrInt:
			a.Value = int64(f.number)
		case attrString:
			a.Value = string(f.bytes)
		case attrInts:
			ints, err = f.ints(ints)
		case attrTensor:
			_, a.Value, err = decodeTensor(f.bytes)
		case attrGraph:
			sub := newCore("", c, c.root)
			a.Value = &Graph{core: sub}
			err = d.graph(sub, f.bytes, depth+1)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	if kind == kindInts {
		a.Value = ints
	}
	if a.Value == nil {
		return fmt.Errorf("attribute %q is of a kind (%d) that is not supported", a.Name, kind)
	}
	n.Attrs = append(n.Attrs, a)
	return nil
}

func decodeValue(b []byte) (name string, t Type, err error) {
	err = fields(b, func(f field) error {
		switch f.num {
		case valueName:
			name = string(f.bytes)
		case valueType:
			return fields(f.bytes, func(f field) error {
				if f.num != typeTensor {
					return nil
				}
				t, err = decodeType(f.bytes)
				return err
			})
		}
		return nil
	})
	return name, t, err
}

func decodeType(b []byte) (t Type, err error) {
	t.Shape = Shape{}
	err = fields(b, func(f field) error {
		switch f.num {
		case typeElem:
			t.DType = tensor.DType(f.number)
		case typeShape:
			return fields(f.bytes, func(f field) error {
				d, err := decodeDim(f.bytes)
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
	err = fields(b, func(f field) error {
		switch f.num {
		case dimValue:
			d = Dim{off: int64(f.number)}
		case dimParam:
			d = parseDim(string(f.bytes))
		}
		return nil
	})
	return d, err
}

func decodeTensor(b []byte) (name string, t *tensor.Tensor, err error) {
	var shape, ints []int64
	var dtype tensor.DType
	var raw []byte
	var packed field
	err = fields(b, func(f field) (err error) {
		switch f.num {
		case tensorDims:
			shape, err = f.ints(shape)
		case tensorType:
			dtype = tensor.DType(f.number)
		case tensorName:
			name = string(f.bytes)
		case tensorRaw:
			raw = f.bytes
		case tensorInt32s, tensorInt64s:
			ints, err = f.ints(ints)
		case tensorFloats, tensorDoubles:
			packed = f
		}
		return err
	})
	if err != nil {
		return name, nil, err
	}
	if len(packed.bytes) > 0 {
		raw = packed.bytes
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
