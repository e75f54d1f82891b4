package graph

import (
	"fmt"
	"io"
	"strings"

	"rationale/onnx/tensor"
)

// Print writes the graph for people: one operator a line, subgraphs indented.
func (g *Graph) Print(w io.Writer) error {
	p := &printer{w: w}
	p.graph(g.core, "")
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(indent, format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, indent+format+"\n", args...)
	}
}

func (p *printer) graph(c *core, indent string) {
	p.line(indent, "graph %s", c.name)
	for _, v := range c.inputs {
		p.line(indent, "  input  %v", v)
	}
	for _, v := range c.consts {
		p.line(indent, "  const  %v", v)
	}
	for _, n := range c.nodes {
		p.node(n, indent+"  ")
	}
	for _, v := range c.outputs {
		p.line(indent, "  output %v", v)
	}
}

func (p *printer) node(n *Node, indent string) {
	outs := make([]string, len(n.Outputs))
	for i, v := range n.Outputs {
		outs[i] = v.String()
	}
	ins := make([]string, len(n.Inputs))
	for i, v := range n.Inputs {
		if v != nil {
			ins[i] = v.name
		}
	}
	p.line(indent, "%s = %s(%s)%s", strings.Join(outs, ", "), n.Op, strings.Join(ins, ", "), attrText(n.Attrs))
	for _, sub := range n.Subgraphs() {
		p.graph(sub.core, indent+"  ")
	}
}

func attrText(attrs []Attr) string {
	var parts []string
	for _, a := range attrs {
		switch v := a.Value.(type) {
		case *Graph, []*Graph:
		case *tensor.Tensor:
			parts = append(parts, fmt.Sprintf("%s=%v%v", a.Name, v.DType(), v.Shape()))
		default:
			parts = append(parts, fmt.Sprintf("%s=%v", a.Name, v))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " {" + strings.Join(parts, " ") + "}"
}
