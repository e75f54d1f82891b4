package graph

// Part is a graph by itself of some of g's nodes, in their order, that gives the
// results. What the nodes take from elsewhere in g becomes its inputs, constants come
// along, and all values keep their names. The nodes are g's own: neither graph may
// grow afterwards.
func (g *Graph) Part(name string, nodes []*Node, results []*Value) (*Graph, error) {
	r := &root{envelope: g.root.envelope, taken: map[string]bool{}}
	p := &Graph{core: newCore(name, nil, r)}
	p.nodes, p.outputs = nodes, results
	constants, known := setOf(g.consts), map[*Value]bool{}
	for _, n := range nodes {
		for _, v := range n.Reads() {
			switch {
			case known[v]:
			case constants[v]:
				p.consts = append(p.consts, v)
			default:
				p.inputs = append(p.inputs, v)
			}
			known[v] = true
		}
		for _, v := range n.Outputs {
			known[v] = true
		}
	}
	return p, p.Check()
}

// Reads lists the values that the node needs: its inputs and what its subgraphs take
// from around them.
func (n *Node) Reads() []*Value {
	var out []*Value
	for _, v := range append(append([]*Value{}, n.Inputs...), n.Captures()...) {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

func setOf(values []*Value) map[*Value]bool {
	set := make(map[*Value]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}
