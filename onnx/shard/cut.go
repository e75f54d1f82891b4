package shard

import (
	"fmt"
	"slices"

	"rationale/onnx/graph"
)

// Cut finds the segments of a step graph. Everything that the graph does with the
// batch has to be proven to be of each example by itself or a sum over the batch; the
// error names the first node for which that fails.
func Cut(g *graph.Graph, axes Axes) (*Plan, error) {
	nodes := live(g)
	a, err := analyse(axes, g.Inputs(), nodes)
	if err != nil {
		return nil, fmt.Errorf("a step in shards: graph %s: %w", g.Name(), err)
	}
	for _, v := range g.Outputs() {
		if a.kinds[v] == own {
			return nil, fmt.Errorf("a step in shards: graph %s: output %v is of single examples", g.Name(), v)
		}
	}
	c := &cutter{analysis: a, g: g, places: map[*graph.Node]place{}, level: map[*graph.Value]int{}}
	c.arrange(nodes)
	p, err := c.plan()
	if err != nil {
		return nil, fmt.Errorf("a step in shards: graph %s: %w", g.Name(), err)
	}
	return p, nil
}

// live are the nodes that the graph's outputs depend on, in their order.
func live(g *graph.Graph) []*graph.Node {
	needed := map[*graph.Value]bool{}
	for _, v := range g.Outputs() {
		needed[v] = true
	}
	var out []*graph.Node
	for _, n := range slices.Backward(g.Nodes()) {
		if !slices.ContainsFunc(n.Outputs, func(v *graph.Value) bool { return needed[v] }) {
			continue
		}
		for _, v := range n.Reads() {
			needed[v] = true
		}
		out = append(out, n)
	}
	slices.Reverse(out)
	return out
}

// place is where a node is done.
type place struct {
	phase int
	own   bool
}

// cutter puts nodes into segments.
type cutter struct {
	*analysis
	g      *graph.Graph
	nodes  []*graph.Node // that are placed, in their order
	places map[*graph.Node]place
	level  map[*graph.Value]int // the first phase that can read it
}

// arrange places every node as early as it can be: behind all that it reads, and what
// reads a sum in a later phase than the parts of it. What follows from constants alone
// is done wherever it is read.
func (c *cutter) arrange(nodes []*graph.Node) {
	for _, n := range nodes {
		if _, whole := c.lengths[n.Outputs[0]]; whole || c.everywhere(n) {
			continue
		}
		p := place{own: c.most(n) == own}
		for _, v := range n.Reads() {
			p.phase = max(p.phase, c.level[v])
		}
		c.nodes, c.places[n] = append(c.nodes, n), p
		for _, v := range n.Outputs {
			c.level[v] = p.phase
			if _, sum := c.sums[v]; sum {
				c.level[v]++
			}
		}
	}
}

// everywhere tells of a node that it follows from constants, and that the step does
// not put it out.
func (c *cutter) everywhere(n *graph.Node) bool {
	return c.most(n) == constant && !slices.ContainsFunc(n.Outputs, c.isOutput)
}

func (c *cutter) isOutput(v *graph.Value) bool { return slices.Contains(c.g.Outputs(), v) }

// plan makes a graph of each segment.
func (c *cutter) plan() (*Plan, error) {
	p := &Plan{axes: c.axes}
	for _, v := range c.g.Inputs() {
		if c.kinds[v] == own {
			p.Examples = append(p.Examples, v)
		}
	}
	for _, v := range c.g.Outputs() {
		p.Outputs = append(p.Outputs, v.Name())
	}
	segments, phases := map[place][]*graph.Node{}, 0
	for _, n := range c.nodes {
		at := c.places[n]
		segments[at] = append(segments[at], n)
		phases = max(phases, at.phase+1)
	}
	wanted := c.crossing()
	for i := range phases {
		var phase Phase
		var err error
		if phase.Common, err = c.segment(place{i, false}, segments, wanted); err != nil {
			return nil, err
		}
		if phase.Own, err = c.segment(place{i, true}, segments, wanted); err != nil {
			return nil, err
		}
		phase.Sums = c.sumsOf(phase.Own)
		p.Phases = append(p.Phases, phase)
	}
	p.Lengths = c.lengthsRead()
	return p, nil
}

// crossing are the values that another segment reads than the one which gives them,
// or the step puts out.
func (c *cutter) crossing() map[*graph.Value]bool {
	crossing := map[*graph.Value]bool{}
	for _, v := range c.g.Outputs() {
		crossing[v] = true
	}
	for _, n := range c.nodes {
		for _, v := range n.Reads() {
			from, placed := c.places[v.Node()]
			_, sum := c.sums[v]
			if placed && (sum || from != c.places[n]) {
				crossing[v] = true
			}
		}
	}
	return crossing
}

// segment is the graph of one place; nil when there is nothing to do.
func (c *cutter) segment(at place, segments map[place][]*graph.Node, wanted map[*graph.Value]bool) (*graph.Graph, error) {
	var results []*graph.Value
	for _, n := range segments[at] {
		for _, v := range n.Outputs {
			if wanted[v] {
				results = append(results, v)
			}
		}
	}
	if len(results) == 0 {
		return nil, nil
	}
	kind := "common"
	if at.own {
		kind = "own"
	}
	return c.g.Part(fmt.Sprintf("%s/%s%d", c.g.Name(), kind, at.phase), c.withConstants(segments[at]), results)
}

// withConstants are the nodes with all those ahead of them that make what they read
// out of constants.
func (c *cutter) withConstants(nodes []*graph.Node) []*graph.Node {
	var out []*graph.Node
	there := map[*graph.Node]bool{}
	var bring func(n *graph.Node)
	bring = func(n *graph.Node) {
		for _, v := range n.Reads() {
			if from := v.Node(); from != nil && !there[from] && c.kinds[v] == constant {
				bring(from)
			}
		}
		there[n] = true
		out = append(out, n)
	}
	for _, n := range nodes {
		bring(n)
	}
	return out
}

// sumsOf are those of which a segment gives the parts.
func (c *cutter) sumsOf(own *graph.Graph) []Sum {
	var out []Sum
	if own == nil {
		return nil
	}
	for _, v := range own.Outputs() {
		if s, is := c.sums[v]; is {
			out = append(out, s)
		}
	}
	return out
}

// lengthsRead are the lengths of the batch that a segment reads.
func (c *cutter) lengthsRead() []Length {
	var out []Length
	done := map[*graph.Value]bool{}
	for _, n := range c.nodes {
		for _, v := range n.Reads() {
			if of, is := c.lengths[v]; is && !done[v] {
				done[v] = true
				out = append(out, Length{v, of})
			}
		}
	}
	return out
}
