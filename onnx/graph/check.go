package graph

import (
	"fmt"
	"slices"
)

// Check proves that the graph is well formed: every node's inputs exist
// before it runs, names are unique, and the types that its operators infer
// are the ones recorded. Passes over a graph are followed by a Check. A subgraph
// may be checked by itself while the graph around it is still growing.
func (g *Graph) Check() error {
	if err := g.Err(); err != nil {
		return err
	}
	return g.check(visible(g.parent))
}

// names are the values that can be used at one place, by name; those of the
// graph around lie behind.
type names struct {
	around *names
	here   map[string]*Value
}

// visible are all values of c and of the graphs around it.
func visible(c *core) *names {
	if c == nil {
		return nil
	}
	s := &names{visible(c.parent), map[string]*Value{}}
	c.eachValue(func(v *Value) { s.here[v.name] = v })
	return s
}

func (s *names) lookUp(name string) *Value {
	for ; s != nil; s = s.around {
		if v := s.here[name]; v != nil {
			return v
		}
	}
	return nil
}

// define enters a value. An input that has a default is entered twice; an
// output that is left out has no name.
func (s *names) define(v *Value) error {
	if other := s.lookUp(v.name); other != nil && other != v {
		return fmt.Errorf("two values are called %q", v.name)
	}
	if v.name != "" {
		s.here[v.name] = v
	}
	return nil
}

// eachValue visits the values of the graph itself, not of its subgraphs.
func (c *core) eachValue(visit func(*Value)) {
	for _, v := range slices.Concat(c.inputs, c.consts) {
		visit(v)
	}
	for _, n := range c.nodes {
		for _, v := range n.Outputs {
			visit(v)
		}
	}
}

func (c *core) check(around *names) error {
	known := &names{around, map[string]*Value{}}
	for _, v := range slices.Concat(c.inputs, c.consts) {
		if err := known.define(v); err != nil {
			return fmt.Errorf("graph %s: %w", c.name, err)
		}
	}
	for _, n := range c.nodes {
		if err := checkNode(n, known); err != nil {
			return fmt.Errorf("graph %s: %v: %w", c.name, n, err)
		}
	}
	for _, v := range c.outputs {
		if known.lookUp(v.name) != v {
			return fmt.Errorf("graph %s: output %q is never computed", c.name, v.name)
		}
	}
	return nil
}

func checkNode(n *Node, known *names) error {
	for _, v := range n.Inputs {
		if v != nil && known.lookUp(v.name) != v {
			return fmt.Errorf("uses %q before it is computed", v.name)
		}
	}
	for _, sub := range n.Subgraphs() {
		if err := sub.check(known); err != nil {
			return err
		}
	}
	if err := checkTypes(n); err != nil {
		return err
	}
	for _, v := range n.Outputs {
		if err := known.define(v); err != nil {
			return err
		}
	}
	return nil
}

func checkTypes(n *Node) error {
	if n.infer == nil { // read from a file: its types are the file's
		return nil
	}
	types, err := n.infer(n)
	if err != nil {
		return err
	}
	for i, t := range types {
		if out := n.Outputs[i]; out.DType != t.DType || !out.Shape.Equal(t.Shape) {
			return fmt.Errorf("output %v should be %v", out, t)
		}
	}
	return nil
}

// Subgraphs lists the bodies or branches of a node.
func (n *Node) Subgraphs() []*Graph {
	var out []*Graph
	for _, a := range n.Attrs {
		switch sub := a.Value.(type) {
		case *Graph:
			out = append(out, sub)
		case []*Graph:
			out = append(out, sub...)
		}
	}
	return out
}

// Captures lists the values of surrounding graphs that a node's subgraphs use,
// each once, in order of first use.
func (n *Node) Captures() []*Value {
	var out []*Value
	seen := map[*Value]bool{}
	for _, sub := range n.Subgraphs() {
		sub.captures(seen, &out)
	}
	return out
}

func (c *core) captures(seen map[*Value]bool, out *[]*Value) {
	note := func(v *Value) {
		if v != nil && v.home != c && !v.home.within(c) && !seen[v] {
			seen[v] = true
			*out = append(*out, v)
		}
	}
	for _, n := range c.nodes {
		for _, v := range n.Inputs {
			note(v)
		}
		for _, v := range n.Captures() {
			note(v)
		}
	}
	for _, v := range c.outputs {
		note(v)
	}
}

// within reports whether c lies inside outer.
func (c *core) within(outer *core) bool {
	for at := c; at != nil; at = at.parent {
		if at == outer {
			return true
		}
	}
	return false
}
