package runtimetest

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
)

// Graph is the least that describes a small ONNX model. It checks nothing, so
// that broken models can be built as well.
type Graph struct {
	Name      string
	Constants []Constant
	Inputs    []Value
	Outputs   []Value
	Nodes     []Node
}

// Constant is an initializer.
type Constant struct {
	Name   string
	Tensor *tensor.Tensor
}

// Value declares an input or output. A dimension is an int or the name of a
// symbol; Dims of nil declares no shape, an empty Dims a scalar.
type Value struct {
	Name  string
	DType tensor.DType
	Dims  []any
}

// Node is one operator.
type Node struct {
	Op              string
	Name            string
	Inputs, Outputs []string
	Body            *Graph // attribute "body" of Loop and Scan
}

const (
	irVersion    = 10
	opsetVersion = 21
)

// Model serializes the graph as a ModelProto.
func (g Graph) Model() []byte {
	opset := number(nil, 2, opsetVersion)
	model := number(nil, 1, irVersion)
	model = bytesField(model, 7, g.encode())
	return bytesField(model, 8, opset)
}

func (g Graph) encode() []byte {
	var b []byte
	for _, node := range g.Nodes {
		b = bytesField(b, 1, node.encode())
	}
	b = bytesField(b, 2, []byte(g.Name))
	for _, c := range g.Constants {
		b = bytesField(b, 5, c.encode())
	}
	for _, v := range g.Inputs {
		b = bytesField(b, 11, v.encode())
	}
	for _, v := range g.Outputs {
		b = bytesField(b, 12, v.encode())
	}
	return b
}

func (n Node) encode() []byte {
	var b []byte
	for _, in := range n.Inputs {
		b = bytesField(b, 1, []byte(in))
	}
	for _, out := range n.Outputs {
		b = bytesField(b, 2, []byte(out))
	}
	b = bytesField(b, 3, []byte(n.Name))
	b = bytesField(b, 4, []byte(n.Op))
	if n.Body != nil {
		const graphAttribute = 5
		attribute := bytesField(nil, 1, []byte("body"))
		attribute = bytesField(attribute, 6, n.Body.encode())
		b = bytesField(b, 5, number(attribute, 20, graphAttribute))
	}
	return b
}

func (v Value) encode() []byte {
	kind := number(nil, 1, uint64(v.DType))
	if v.Dims != nil {
		kind = bytesField(kind, 2, encodeShape(v.Dims))
	}
	b := bytesField(nil, 1, []byte(v.Name))
	return bytesField(b, 2, bytesField(nil, 1, kind))
}

func encodeShape(dims []any) []byte {
	shape := []byte{}
	for _, dim := range dims {
		var d []byte
		switch dim := dim.(type) {
		case int:
			d = number(nil, 1, uint64(dim))
		default: // a symbol
			d = bytesField(nil, 2, []byte(fmt.Sprint(dim)))
		}
		shape = bytesField(shape, 1, d)
	}
	return shape
}

func (c Constant) encode() []byte {
	var b []byte
	for _, size := range c.Tensor.Shape() {
		b = number(b, 1, uint64(size))
	}
	b = number(b, 2, uint64(c.Tensor.DType()))
	b = bytesField(b, 8, []byte(c.Name))
	return bytesField(b, 9, c.Tensor.Bytes())
}

func number(b []byte, field protowire.Number, x uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), x)
}

func bytesField(b []byte, field protowire.Number, x []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), x)
}
