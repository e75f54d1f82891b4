package graph

import (
	"fmt"
	"math"

	"rationale/onnx/wire"
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
	err := wire.Fields(data, func(f wire.Field) error {
		switch f.Tag {
		case modelGraph:
			found = true
			return d.graph(g.core, f.Bytes, 0)
		case modelMetadata:
			return readEntry(g, f.Bytes)
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
	err := wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case entryK:
			key = string(f.Bytes)
		case entryV:
			value = string(f.Bytes)
		}
		return nil
	})
	g.Annotate(key, value)
	return err
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
	if err := wire.Fields(b, func(f wire.Field) error { return d.declaration(c, f, types) }); err != nil {
		return err
	}
	if err := wire.Fields(b, func(f wire.Field) error { return d.nodeField(c, f, types, depth) }); err != nil {
		return err
	}
	return wire.Fields(b, func(f wire.Field) error { return d.output(c, f) })
}

func (d *decoder) declaration(c *core, f wire.Field, types map[string]Type) error {
	switch f.Tag {
	case graphName:
		c.name = string(f.Bytes)
	case graphInitializer:
		name, t, err := decodeTensor(f.Bytes)
		if err != nil {
			return fmt.Errorf("constant %q: %w", name, err)
		}
		v := &Value{Type: Type{t.DType(), fixedShape(t.Shape())}, name: name, home: c, data: t}
		c.consts = append(c.consts, v)
		d.define(c, v)
	case graphInput, graphOutput, graphValueInfo:
		name, t, err := decodeValue(f.Bytes)
		if err != nil {
			return fmt.Errorf("value %q: %w", name, err)
		}
		types[name] = t
		if f.Tag == graphInput {
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

func (d *decoder) nodeField(c *core, f wire.Field, types map[string]Type, depth int) error {
	if f.Tag != graphNode {
		return nil
	}
	n := &Node{Site: "file"}
	var outputs []string
	err := wire.Fields(f.Bytes, func(f wire.Field) error {
		switch f.Tag {
		case nodeInput:
			return d.input(n, string(f.Bytes))
		case nodeOutput:
			outputs = append(outputs, string(f.Bytes))
		case nodeName:
			n.Name = string(f.Bytes)
		case nodeOp:
			n.Op = string(f.Bytes)
		case nodeDomain:
			n.Domain = string(f.Bytes)
		case nodeAttribute:
			return d.attr(c, n, f.Bytes, depth)
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

func (d *decoder) output(c *core, f wire.Field) error {
	if f.Tag != graphOutput {
		return nil
	}
	name, _, err := decodeValue(f.Bytes)
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
	err := wire.Fields(b, func(f wire.Field) (err error) {
		switch f.Tag {
		case attrName:
			a.Name = string(f.Bytes)
		case attrType:
			kind = f.Number
		case attrFloat:
			a.Value = math.Float32frombits(uint32(f.Number))
		case attrInt:
			a.Value = int64(f.Number)
		case attrString:
			a.Value = string(f.Bytes)
		case attrInts:
			ints, err = f.Ints(ints)
		case attrTensor:
			_, a.Value, err = decodeTensor(f.Bytes)
		case attrGraph:
			sub := newCore("", c, c.root)
			a.Value = &Graph{core: sub}
			err = d.graph(sub, f.Bytes, depth+1)
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
