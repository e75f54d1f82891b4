package graph

import (
	"fmt"

	"rationale/onnx/tensor"
)

// Type is a value's element type and shape.
type Type struct {
	DType tensor.DType
	Shape Shape
}

// String writes the type as "float32[T,B,200]".
func (t Type) String() string { return t.DType.String() + t.Shape.String() }

// Value is an edge of the graph: an input, a constant or a node's output.
type Value struct {
	Type
	name string
	home *core
	node *Node          // nil for inputs and constants
	data *tensor.Tensor // set for constants whose elements a Tensor holds
	file *origin        // set for what was read
}

// Name is the value's unique name in the model.
func (v *Value) Name() string { return v.name }

// Node is the node that computes the value; nil for inputs and constants.
func (v *Value) Node() *Node { return v.node }

// Const is the value's tensor when it is a constant that a Tensor can hold; nil
// otherwise.
func (v *Value) Const() *tensor.Tensor { return v.data }

// String writes the value as "name: float32[T,B]".
func (v *Value) String() string { return v.name + ": " + v.Type.String() }

// Attr is a named attribute of a node. Value holds an int64, float32, string,
// []int64, *tensor.Tensor or, for subgraphs, *Graph or []*Graph; of nodes that
// were read also Raw.
type Attr struct {
	Name  string
	Value any
}

// Node is one operator of the graph.
type Node struct {
	Name    string
	Op      string
	Domain  string   // empty for ONNX's own operators
	Inputs  []*Value // nil where an optional input is left out
	Outputs []*Value
	Attrs   []Attr
	// VJP, when set, is the node's own gradient, taken instead of the rule
	// for its operator; see Differentiate.
	VJP VJP
	// Detached, when set, lets no gradient through the node.
	Detached bool
	// Site is the source line that made the node, for messages.
	Site string

	infer    inferFunc
	operands []*Value
	file     *nodeOrigin // set for what was read
}

// Differentiate gives the node a gradient of its own with respect to the
// given operands, which may lie upstream of its inputs: a recurrence that
// projects its input first names the input and the weights, and the walker
// never looks at the nodes in between.
func (n *Node) Differentiate(vjp VJP, operands ...*Value) {
	n.VJP, n.operands = vjp, operands
}

// Operands lists the values that gradients of the node's outputs flow to: the
// ones named by Differentiate, otherwise its inputs and captured values.
func (n *Node) Operands() []*Value {
	if n.operands != nil {
		return n.operands
	}
	return append(append([]*Value{}, n.Inputs...), n.Captures()...)
}

// VJP maps the gradients of a node's outputs (nil where there is none) to the
// gradients of its operands (nil where none flows). want tells which operands
// need one; nothing has to be built for the others.
type VJP func(g *Graph, n *Node, grads []*Value, want []bool) []*Value

// inferFunc computes output types from the node's inputs and attributes.
type inferFunc func(n *Node) ([]Type, error)

// Attr returns an attribute's value, or nil.
func (n *Node) Attr(name string) any {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

func (n *Node) setAttr(name string, value any) {
	for i, a := range n.Attrs {
		if a.Name == name {
			n.Attrs[i].Value = value
			if n.file != nil {
				delete(n.file.attrs, name)
			}
		}
	}
}

// Int returns an integer attribute, or the given default.
func (n *Node) Int(name string, otherwise int64) int64 {
	if v, ok := n.Attr(name).(int64); ok {
		return v
	}
	return otherwise
}

// Float returns a float attribute, or the given default.
func (n *Node) Float(name string, otherwise float32) float32 {
	if v, ok := n.Attr(name).(float32); ok {
		return v
	}
	return otherwise
}

func (n *Node) String() string { return fmt.Sprintf("%s %q (built at %s)", n.Op, n.Name, n.Site) }
