package graph

import (
	"fmt"

	"rationale/onnx/tensor"
	"rationale/onnx/wire"
)

// Read decodes an ONNX file so that Model writes the same model again: what a
// Graph has no place for (other domains and opsets, functions, types other
// than tensors, attributes and tensors of further kinds, documentation) is
// kept as the file has it, and what cannot be kept is an error that says so.
// The Graph goes on using data.
//
// Types of intermediate values are the file's own; where it is silent, or
// gives something else than a tensor of known rank, they stay invalid. Nodes
// can be added to a model of the builder's own Opset only.
func Read(data []byte) (*Graph, error) {
	g := New("")
	err := inspect(aModel, data, 0)
	if err == nil {
		err = g.decode(data)
	}
	if err != nil {
		return nil, fmt.Errorf("not a readable ONNX model: %w", err)
	}
	return g, nil
}

func (g *Graph) decode(data []byte) error {
	g.root.envelope = envelope{}
	body, err := g.root.open(data)
	if err != nil {
		return err
	}
	d := &decoder{}
	return d.graph(g.core, body)
}

// origin is what the file says of a value: its declaration if it is an input,
// its tensor if it has one.
type origin struct {
	declaration, tensor []byte
	sparse              bool
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
func (d *decoder) graph(c *core, b []byte) error {
	d.scopes = append(d.scopes, map[string]*Value{})
	defer func() { d.scopes = d.scopes[:len(d.scopes)-1] }()
	types := map[string]Type{}
	if err := wire.Fields(b, func(f wire.Field) error { return d.declaration(c, f, types) }); err != nil {
		return err
	}
	if err := wire.Fields(b, func(f wire.Field) error { return d.nodeField(c, f, types) }); err != nil {
		return err
	}
	return wire.Fields(b, func(f wire.Field) error { return d.output(c, f) })
}

// declaration reads a field of a graph that declares something. What has no
// place in c is kept; so are the types of intermediate values, which are the
// file's to tell.
func (d *decoder) declaration(c *core, f wire.Field, types map[string]Type) error {
	switch f.Tag {
	case graphNode:
		return nil
	case graphInitializer, graphSparse:
		return d.constant(c, f)
	case graphInput:
		return d.graphInput(c, f.Bytes)
	case graphOutput:
		return learnType(f.Bytes, types)
	case graphValueInfo:
		if err := learnType(f.Bytes, types); err != nil {
			return err
		}
	case graphName:
		if c.name = string(f.Bytes); c.name != "" {
			return nil
		}
	}
	c.rest = append(c.rest, f.Raw...)
	return nil
}

func learnType(b []byte, types map[string]Type) error {
	name, t, err := decodeValue(b)
	if err != nil {
		return fmt.Errorf("value %q: %w", name, err)
	}
	if t.DType != tensor.Invalid {
		types[name] = t
	}
	return nil
}

func (d *decoder) constant(c *core, f wire.Field) error {
	name, t, data, err := decodeConstant(f)
	if err != nil {
		return fmt.Errorf("constant %q: %w", name, err)
	}
	v := d.scopes[len(d.scopes)-1][name]
	switch {
	case v == nil:
		v = &Value{Type: t, name: name, home: c, data: data, file: &origin{}}
	case v.file.tensor != nil:
		return fmt.Errorf("two constants are called %q", name)
	}
	v.file.tensor, v.file.sparse = f.Bytes, f.Tag == graphSparse
	c.consts = append(c.consts, v)
	d.define(c, v)
	return nil
}

// graphInput declares an input. One that is a constant too is an input that
// may be left out; nothing may count on its number.
func (d *decoder) graphInput(c *core, b []byte) error {
	name, t, err := decodeValue(b)
	if err != nil {
		return fmt.Errorf("value %q: %w", name, err)
	}
	v := d.scopes[len(d.scopes)-1][name]
	switch {
	case v == nil:
		v = &Value{name: name, home: c, file: &origin{}}
	case v.file.declaration != nil:
		return fmt.Errorf("two inputs are called %q", name)
	}
	v.Type, v.data, v.file.declaration = t, nil, b
	c.inputs = append(c.inputs, v)
	d.define(c, v)
	if c.parent == nil {
		c.learnLengths(v)
	}
	return nil
}

func (d *decoder) define(c *core, v *Value) {
	d.scopes[len(d.scopes)-1][v.name] = v
	c.root.taken[v.name] = true
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
	c.declared = append(c.declared, f.Bytes)
	return nil
}
