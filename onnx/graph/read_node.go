package graph

import (
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/wire"
)

// Raw is an attribute of a kind that Attr does not hold, as the file has it.
type Raw []byte

// String says no more than that it is there.
func (Raw) String() string { return "(as in the file)" }

// nodeOrigin is what the file says of a node beyond its fields: further ones,
// and each attribute's message. Of an attribute with subgraphs that is
// without its name and the graphs.
type nodeOrigin struct {
	rest  message
	attrs map[string]message
}

func (d *decoder) nodeField(c *core, f wire.Field, types map[string]Type) error {
	if f.Tag != graphNode {
		return nil
	}
	n := &Node{Site: "file", file: &nodeOrigin{attrs: map[string]message{}}}
	var outputs []string
	err := wire.Fields(f.Bytes, func(f wire.Field) error {
		if f.Tag == nodeOutput {
			outputs = append(outputs, string(f.Bytes))
			return nil
		}
		return d.nodePart(c, n, f)
	})
	if err != nil {
		return fmt.Errorf("node %q: %w", n.Name, err)
	}
	for _, name := range outputs {
		v := &Value{Type: types[name], name: name, home: c, node: n, file: &origin{}}
		n.Outputs = append(n.Outputs, v)
		if name != "" { // an output that is left out
			d.define(c, v)
		}
	}
	c.root.taken[n.Name] = true
	c.nodes = append(c.nodes, n)
	return nil
}

func (d *decoder) nodePart(c *core, n *Node, f wire.Field) error {
	s := string(f.Bytes)
	switch {
	case f.Tag == nodeInput:
		return d.input(n, s)
	case f.Tag == nodeAttribute:
		return d.attr(c, n, f.Bytes)
	case f.Tag == nodeName && s != "":
		n.Name = s
	case f.Tag == nodeOp && s != "":
		n.Op = s
	case f.Tag == nodeDomain && s != "":
		n.Domain = s
	default:
		n.file.rest = append(n.file.rest, f.Raw...)
	}
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

// attr reads an attribute. Its message is kept as it is, except for subgraphs.
func (d *decoder) attr(c *core, n *Node, b []byte) error {
	name, kind, err := attrHead(b)
	if err != nil {
		return err
	}
	a, kept := Attr{Name: name}, message(b)
	switch {
	case name == "":
		return fmt.Errorf("an attribute has no name")
	case n.Attr(name) != nil:
		return fmt.Errorf("attribute %q is there twice", name)
	case kind == kindGraph || kind == kindGraphs:
		a.Value, kept, err = d.subgraphs(c, kind, b)
	default:
		a.Value, err = attrValue(kind, b)
	}
	if err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	n.Attrs = append(n.Attrs, a)
	n.file.attrs[name] = kept
	return nil
}

// kindOf is the kind of an attribute in a file that does not state it, from
// the field that its value is in.
var kindOf = map[protowire.Number]uint64{
	attrFloat: kindFloat, attrInt: kindInt, attrString: kindString, attrTensor: kindTensor, attrGraph: kindGraph,
	attrInts: kindInts, attrGraphs: kindGraphs,
}

func attrHead(b []byte) (name string, kind uint64, err error) {
	var guess uint64
	err = wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case attrName:
			name = string(f.Bytes)
		case attrType:
			kind = f.Number
		default:
			guess = max(guess, kindOf[f.Tag])
		}
		return nil
	})
	if kind == 0 {
		kind = guess
	}
	return name, kind, err
}

// attrValue decodes an attribute's value. A number that is not there is 0, as
// some writers leave that out.
func attrValue(kind uint64, b []byte) (value any, err error) {
	switch kind {
	case kindFloat:
		value = float32(0)
	case kindInt:
		value = int64(0)
	case kindString:
		value = ""
	case kindInts:
		value = []int64(nil)
	default:
		value = Raw(b)
	}
	err = wire.Fields(b, func(f wire.Field) (err error) {
		switch {
		case f.Tag == attrFloat && kind == kindFloat:
			value = math.Float32frombits(uint32(f.Number))
		case f.Tag == attrInt && kind == kindInt:
			value = int64(f.Number)
		case f.Tag == attrString && kind == kindString:
			value = string(f.Bytes)
		case f.Tag == attrInts && kind == kindInts:
			value, err = f.Ints(value.([]int64))
		case f.Tag == attrTensor && kind == kindTensor:
			value, err = tensorOrRaw(f.Bytes, b)
		}
		return err
	})
	return value, err
}

func tensorOrRaw(tensor, attr []byte) (any, error) {
	_, _, t, err := decodeTensor(tensor)
	if err != nil || t == nil {
		return Raw(attr), err
	}
	return t, nil
}

// subgraphs reads the graph, or the list of graphs, of an attribute. rest is
// what else its message has, but for the name.
func (d *decoder) subgraphs(c *core, kind uint64, b []byte) (value any, rest message, err error) {
	bodies, rest, err := graphBodies(kind, b)
	if err != nil {
		return nil, nil, err
	}
	if kind == kindGraph && bodies == nil {
		return Raw(b), b, nil
	}
	if kind == kindGraph { // parts of one message, if there are several
		bodies = [][]byte{slices.Concat(bodies...)}
	}
	subs := make([]*Graph, len(bodies))
	for i, body := range bodies {
		subs[i] = &Graph{core: newCore("", c, c.root)}
		if err := d.graph(subs[i].core, body); err != nil {
			return nil, nil, err
		}
	}
	if kind == kindGraph {
		return subs[0], rest, nil
	}
	return subs, rest, nil
}

func graphBodies(kind uint64, b []byte) (bodies [][]byte, rest message, err error) {
	rest = message{}
	err = wire.Fields(b, func(f wire.Field) error {
		switch {
		case f.Tag == attrGraph && kind == kindGraph || f.Tag == attrGraphs && kind == kindGraphs:
			bodies = append(bodies, f.Bytes)
		case f.Tag != attrName:
			rest = append(rest, f.Raw...)
		}
		return nil
	})
	return bodies, rest, err
}
