package graph

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
)

// irVersion is the version of the file format; 9 is the one that came with
// opset 20.
const irVersion = 9

// Field numbers of onnx.proto, by message.
const (
	modelIRVersion, modelProducer, modelGraph, modelOpset, modelMetadata                                      = 1, 2, 7, 8, 14
	graphNode, graphName, graphInitializer, graphInput, graphOutput, graphValueInfo                           = 1, 2, 5, 11, 12, 13
	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute, nodeDomain                                        = 1, 2, 3, 4, 5, 7
	attrName, attrFloat, attrInt, attrString, attrTensor, attrGraph, attrInts, attrType                       = 1, 2, 3, 4, 5, 6, 8, 20
	tensorDims, tensorType, tensorFloats, tensorInt32s, tensorInt64s, tensorName, tensorRaw, tensorDoubles    = 1, 2, 4, 5, 7, 8, 9, 10
	valueName, valueType, typeTensor, typeElem, typeShape, shapeDim, dimValue, dimParam, opsetVersion, entryK = 1, 2, 1, 1, 2, 1, 1, 2, 2, 1
	entryV                                                                                                    = 2
)

// Attribute types of onnx.proto.
const (
	kindFloat, kindInt, kindString, kindTensor, kindGraph, kindInts = 1, 2, 3, 4, 5, 7
)

// Model checks the graph and encodes it as an ONNX file. The same graph gives
// the same bytes.
func (g *Graph) Model() ([]byte, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	var m message
	m.varint(modelIRVersion, irVersion)
	m.text(modelProducer, "rationale")
	body, err := encodeGraph(g.core)
	if err != nil {
		return nil, err
	}
	m.bytes(modelGraph, body)
	var opset message
	opset.varint(opsetVersion, Opset)
	m.bytes(modelOpset, opset)
	for _, a := range g.root.meta {
		var entry message
		entry.text(entryK, a.Name)
		entry.text(entryV, a.Value.(string))
		m.bytes(modelMetadata, entry)
	}
	return m, nil
}

// message collects the fields of one protocol-buffer message.
type message []byte

func (m *message) varint(field protowire.Number, v int64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}

func (m *message) text(field protowire.Number, s string) { m.bytes(field, []byte(s)) }

func (m *message) float(field protowire.Number, f float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(f))
}

func encodeGraph(c *core) ([]byte, error) {
	var m message
	for _, n := range c.nodes {
		b, err := encodeNode(n)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", n, err)
		}
		m.bytes(graphNode, b)
	}
	m.text(graphName, c.name)
	for _, v := range c.consts {
		m.bytes(graphInitializer, encodeTensor(v.name, v.data))
	}
	for _, v := range c.inputs {
		m.bytes(graphInput, encodeValue(v))
	}
	for _, v := range c.outputs {
		m.bytes(graphOutput, encodeValue(v))
	}
	for _, n := range c.nodes {
		for _, v := range n.Outputs {
			if !c.isOutput(v) && v.DType != tensor.Invalid {
				m.bytes(graphValueInfo, encodeValue(v))
			}
		}
	}
	return m, nil
}

func encodeNode(n *Node) ([]byte, error) {
	var m message
	for _, v := range n.Inputs {
		name := ""
		if v != nil {
			name = v.name
		}
		m.text(nodeInput, name)
	}
	for _, v := range n.Outputs {
		m.text(nodeOutput, v.name)
	}
	m.text(nodeName, n.Name)
	m.text(nodeOp, n.Op)
	for _, a := range n.Attrs {
		b, err := encodeAttr(a)
		if err != nil {
			return nil, err
		}
		m.bytes(nodeAttribute, b)
	}
	if n.Domain != "" {
		m.text(nodeDomain, n.Domain)
	}
	return m, nil
}

func encodeAttr(a Attr) ([]byte, error) {
	var m message
	m.text(attrName, a.Name)
	var kind int64
	switch v := a.Value.(type) {
	case float32:
		kind = kindFloat
		m.float(attrFloat, v)
	case int64:
		kind = kindInt
		m.varint(attrInt, v)
	case string:
		kind = kindString
		m.text(attrString, v)
	case []int64:
		kind = kindInts
		for _, i := range v {
			m.varint(attrInts, i)
		}
	case *tensor.Tensor:
		kind = kindTensor
		m.bytes(attrTensor, encodeTensor("", v))
	case *Graph:
		kind = kindGraph
		b, err := encodeGraph(v.core)
		if err != nil {
			return nil, err
		}
		m.bytes(attrGraph, b)
	default:
		return nil, fmt.Errorf("attribute %s has no encoding for %T", a.Name, a.Value)
	}
	m.varint(attrType, kind)
	return m, nil
}

func encodeTensor(name string, t *tensor.Tensor) []byte {
	var m message
	for _, d := range t.Shape() {
		m.varint(tensorDims, d)
	}
	m.varint(tensorType, int64(t.DType()))
	if name != "" {
		m.text(tensorName, name)
	}
	m.bytes(tensorRaw, rawBytes(t))
	return m
}

// rawBytes encodes the elements little-endian, as raw_data wants them.
func rawBytes(t *tensor.Tensor) []byte {
	out := make([]byte, 0, t.Len()*t.DType().Size())
	switch t.DType() {
	case tensor.Bool:
		for _, b := range tensor.Data[bool](t) {
			out = append(out, byte(bit(b)))
		}
		return out
	case tensor.Float32:
		out, _ = binary.Append(out, binary.LittleEndian, tensor.Data[float32](t))
	case tensor.Float64:
		out, _ = binary.Append(out, binary.LittleEndian, tensor.Data[float64](t))
	case tensor.Int32:
		out, _ = binary.Append(out, binary.LittleEndian, tensor.Data[int32](t))
	case tensor.Int64:
		out, _ = binary.Append(out, binary.LittleEndian, tensor.Data[int64](t))
	case tensor.Uint8:
		out = append(out, tensor.Data[uint8](t)...)
	}
	return out
}

func encodeValue(v *Value) []byte {
	var shape message
	for _, d := range v.Shape {
		var dim message
		if n, ok := d.Fixed(); ok {
			dim.varint(dimValue, n)
		} else {
			dim.text(dimParam, d.String())
		}
		shape.bytes(shapeDim, dim)
	}
	var tt, typ, m message
	tt.varint(typeElem, int64(v.DType))
	tt.bytes(typeShape, shape)
	typ.bytes(typeTensor, tt)
	m.text(valueName, v.name)
	m.bytes(valueType, typ)
	return m
}
