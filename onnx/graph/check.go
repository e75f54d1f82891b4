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
	known := map[*Value]bool{}
	for outer := g.parent; outer != nil; outer = outer.parent {
		outer.eachValue(func(v *Value) { known[v] = true })
	}
	return g.check(map[string]bool{}, known)
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

func (c *core) check(names map[string]bool, known map[*Value]bool) error {
	for _, v := range append(append([]*Value{}, c.inputs...), c.consts...) {
		if err := define(v, names, known); err != nil {
			return fmt.Errorf("graph %s: %w", c.name, err)
		}
	}
	for _, n := range c.nodes {
		if err := c.checkNode(n, names, known); err != nil {
			return fmt.Errorf("graph %s: %v: %w", c.name, n, err)
		}
	}
	for _, v := range c.outputs {
		if !known[v] {
			return fmt.Errorf("graph %s: output %q is never computed", c.name, v.name)
		}
	}
	return nil
}

func define(v *Value, names map[string]bool, known map[*Value]bool) error {
	if names[v.name] {
		return fmt.Errorf("two values are called %q", v.name)
	}
	names[v.name], known[v] = true, true
	return nil
}

func (c *core) checkNode(n *Node, names map[string]bool, known map[*Value]bool) error {
	for _, v := range n.Inputs {
		if v != nil && !known[v] {
			return fmt.Errorf("uses %q before it is computed", v.name)
		}
	}
	for _, sub := range n.Subgraphs() {
		if err := sub.check(names, known); err != nil {
			return err
		}
	}
	if err := checkTypes(n); err != nil {
		return err
	}
	for _, v := range n.Outputs {
		if err := define(v, names, known); err != nil {
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
		if sub, ok := a.Value.(*Graph); ok {
			out = append(out, sub)
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
