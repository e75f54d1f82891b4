package graph

import "slices"

// Peak is about how many bytes the graph's values take at once, given the lengths of its
// axes by symbol. Nodes run one after another in their order; the graph's inputs and
// outputs stay, and every other value is there from the node that makes it to the last
// one that reads it. Constants are left out.
func (g *Graph) Peak(lengths map[string]int64) float64 {
	p := newPeak(g.core, lengths)
	for _, v := range g.inputs {
		p.take(v)
	}
	p.run(g.nodes)
	return p.most
}

// peak follows what values take while the nodes of one graph or body run.
type peak struct {
	home      *core
	lengths   map[string]int64
	last      map[*Value]int // the last node that needs a storage
	now, most float64
}

func newPeak(c *core, lengths map[string]int64) *peak {
	p := &peak{home: c, lengths: lengths, last: map[*Value]int{}}
	for i, n := range c.nodes {
		for _, v := range slices.Concat(n.Outputs, n.Reads()) {
			p.last[storage(v)] = i
		}
	}
	for _, v := range slices.Concat(c.inputs, c.outputs) {
		p.last[storage(v)] = len(c.nodes)
	}
	return p
}

// views are the operators whose output is their input's storage in another shape.
var views = []string{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"}

// storage is the value whose storage v shares.
func storage(v *Value) *Value {
	for v.node != nil && v.node.Domain == "" && slices.Contains(views, v.node.Op) {
		v = v.node.Inputs[0]
	}
	return v
}

func (p *peak) run(nodes []*Node) {
	for i, n := range nodes {
		made := slices.DeleteFunc(slices.Clone(n.Outputs), func(v *Value) bool { return v.name == "" || storage(v) != v })
		for _, v := range made {
			p.take(v)
		}
		for _, body := range n.Subgraphs() {
			p.turn(body)
		}
		p.drop(i, slices.Concat(made, n.Reads()))
	}
}

// turn adds what one turn of a body takes for a moment beside what lies around it, of
// which its inputs are parts.
func (p *peak) turn(body *Graph) {
	inner := newPeak(body.core, p.lengths)
	inner.run(body.nodes)
	p.most = max(p.most, p.now+inner.most)
}

func (p *peak) take(v *Value) {
	p.now += p.bytes(v)
	p.most = max(p.most, p.now)
}

// drop lets go of what node i was the last to need. What lies around a body is not its
// to drop.
func (p *peak) drop(i int, values []*Value) {
	dropped := map[*Value]bool{}
	for _, v := range values {
		s := storage(v)
		if s.node != nil && s.home == p.home && p.last[s] == i && !dropped[s] {
			dropped[s] = true
			p.now -= p.bytes(s)
		}
	}
}

// bytes is the size of a value.
func (p *peak) bytes(v *Value) float64 {
	n := float64(v.DType.Size())
	for _, d := range v.Shape {
		n *= float64(d.At(p.lengths))
	}
	return n
}
