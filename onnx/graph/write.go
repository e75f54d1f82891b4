package graph

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
)

// irVersion is the version of the file format; 9 is the one that came with
// opset 20.
const irVersion = 9

// Model checks the graph and encodes it as an ONNX file. The same graph gives
// the same bytes, and a graph that was read and left alone the same model.
func (g *Graph) Model() ([]byte, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	body, err := encodeGraph(g.core)
	if err != nil {
		return nil, err
	}
	return g.root.seal(body), nil
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

// nonEmpty writes text unless it is empty, which is what its absence means.
func (m *message) nonEmpty(field protowire.Number, s string) {
	if s != "" {
		m.text(field, s)
	}
}

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
	m.nonEmpty(graphName, c.name)
	for _, v := range c.consts {
		v.encodeConstant(&m)
	}
	for _, v := range c.inputs {
		m.bytes(graphInput, v.declaration())
	}
	c.encodeOutputs(&m)
	return m, nil
}

// encodeOutputs declares the graph's outputs and, behind what was kept of a
// file, the values that were added in between.
func (c *core) encodeOutputs(m *message) {
	for i, v := range c.outputs {
		if i < len(c.declared) {
			m.bytes(graphOutput, c.declared[i])
			continue
		}
		m.bytes(graphOutput, encodeValue(v))
	}
	*m = append(*m, c.rest...)
	for _, n := range c.nodes {
		for _, v := range n.Outputs {
			if v.file == nil && !c.isOutput(v) {
				m.bytes(graphValueInfo, encodeValue(v))
			}
		}
	}
}

// encodeConstant writes a constant, as the file has it if it was read.
func (v *Value) encodeConstant(m *message) {
	switch {
	case v.file == nil:
		m.bytes(graphInitializer, encodeTensor(v.name, v.data))
	case v.file.sparse:
		m.bytes(graphSparse, v.file.tensor)
	default:
		m.bytes(graphInitializer, v.file.tensor)
	}
}

// declaration is an input as the file declares it, or its encoding.
func (v *Value) declaration() []byte {
	if v.file != nil && v.file.declaration != nil {
		return v.file.declaration
	}
	return encodeValue(v)
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
	m.nonEmpty(nodeName, n.Name)
	m.nonEmpty(nodeOp, n.Op)
	for _, a := range n.Attrs {
		b, err := n.encodeAttr(a)
		if err != nil {
			return nil, err
		}
		m.bytes(nodeAttribute, b)
	}
	m.nonEmpty(nodeDomain, n.Domain)
	if n.file != nil {
		m = append(m, n.file.rest...)
	}
	return m, nil
}

// encodeAttr is an attribute as the file has it, or its encoding. Subgraphs
// are always encoded, since they may have grown.
func (n *Node) encodeAttr(a Attr) ([]byte, error) {
	var kept message
	read := false
	if n.file != nil {
		kept, read = n.file.attrs[a.Name]
	}
	switch v := a.Value.(type) {
	case *Graph:
		return encodeSubgraphs(a.Name, attrGraph, []*Graph{v}, kept, kindGraph)
	case []*Graph:
		return encodeSubgraphs(a.Name, attrGraphs, v, kept, kindGraphs)
	}
	if read {
		return kept, nil
	}
	return encodeAttr(a)
}

func encodeSubgraphs(name string, field protowire.Number, graphs []*Graph, kept message, kind int64) ([]byte, error) {
	var m message
	m.text(attrName, name)
	for _, g := range graphs {
		b, err := encodeGraph(g.core)
		if err != nil {
			return nil, err
		}
		m.bytes(field, b)
	}
	if kept == nil {
		m.varint(attrType, kind)
	}
	return append(m, kept...), nil
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
	m.bytes(tensorRaw, t.Bytes())
	return m
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
