package datasets

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"

	"rationale/datasets/fault"
)

// MaxNodes bounds the nodes of one graph, so that a number that means something else
// is noticed before memory is taken for it.
const MaxNodes = 1 << 20

// MaxNumbers bounds the edges, and the numbers of all nodes together, of one graph:
// Arrow counts those of a batch with 32 bits.
const MaxNumbers = 1 << 24

// Edge joins two nodes of a graph, the smaller number first.
type Edge [2]int32

// Graph is one example: an undirected graph with its class.
type Graph struct {
	ID string
	// Nodes counts the nodes, which are numbered from 0.
	Nodes int
	// Edges are in rising order, each once; NewEdges brings them there. No edge joins
	// a node to itself.
	Edges []Edge
	// Features holds the numbers of node 0, then those of node 1 and so on: Nodes rows
	// of Meta.Graphs.Features.
	Features []float32
	// Label is the number of the class in Meta.Classes.
	Label int
	// Rationale says for each node whether it is a reason for the label; nil when that
	// is not known.
	Rationale []bool
}

// NewEdges are the edges in the form in which graphs have them, whichever way round
// and how often they are given: a list of both directions is one of edges as well.
func NewEdges(given []Edge) []Edge {
	edges := make([]Edge, len(given))
	for i, e := range given {
		edges[i] = Edge{min(e[0], e[1]), max(e[0], e[1])}
	}
	slices.SortFunc(edges, compareEdges)
	return slices.Compact(edges)
}

func compareEdges(a, b Edge) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// Width is how many numbers each node has.
func (g *Graph) Width() int {
	if g.Nodes == 0 {
		return 0
	}
	return len(g.Features) / g.Nodes
}

// Check reports the first thing that makes the graph unfit for storage, as a
// *fault.Row. It does not know how many classes there are, nor how many numbers the
// nodes of other graphs have.
func (g *Graph) Check() error {
	switch {
	case g.Nodes < 1 || g.Nodes > MaxNodes:
		return fault.New("number of nodes", "%d nodes; expected 1 to %d", g.Nodes, MaxNodes)
	case len(g.Edges) > MaxNumbers || len(g.Features) > MaxNumbers:
		return fault.New("large graph", "%d edges and %d numbers; expected %d at most", len(g.Edges), len(g.Features), MaxNumbers)
	case g.Rationale != nil && len(g.Rationale) != g.Nodes:
		return fault.New("rationale length", "%d rationale marks for %d nodes", len(g.Rationale), g.Nodes)
	}
	if err := checkEdges(g.Edges, g.Nodes); err != nil {
		return err
	}
	if err := g.checkFeatures(); err != nil {
		return err
	}
	return checkID(g.ID)
}

// checkEdges wants edges between the nodes that there are, in the order of NewEdges.
func checkEdges(edges []Edge, nodes int) error {
	for i, e := range edges {
		switch {
		case e[0] < 0 || int(e[1]) >= nodes:
			return fault.New("edge out of range", "an edge joins nodes %d and %d of a graph with nodes 0 to %d", e[0], e[1], nodes-1)
		case e[0] == e[1]:
			return fault.New("loop", "an edge joins node %d to itself", e[0])
		case e[0] > e[1] || i > 0 && compareEdges(edges[i-1], e) >= 0:
			return fault.New("order of edges", "the edge of nodes %d and %d is not in rising order, or stands twice", e[0], e[1])
		}
	}
	return nil
}

// checkFeatures wants as many numbers for one node as for another, one at least.
func (g *Graph) checkFeatures() error {
	if width := g.Width(); width < 1 || width*g.Nodes != len(g.Features) {
		return fault.New("node features", "%d numbers for %d nodes; expected the same number of them for each node", len(g.Features), g.Nodes)
	}
	for i, x := range g.Features {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return fault.New("node features", "node %d has a feature that is no number (%g)", i/g.Width(), x)
		}
	}
	return nil
}

// fits also wants one of the classes, and nodes with as many numbers as those of the
// other graphs; a Features of 0 leaves that open.
func (g *Graph) fits(m *Meta) error {
	switch {
	case m.Graphs == nil:
		return fault.New("kind of row", "it is a graph; the dataset holds texts")
	case g.Label < 0 || g.Label >= len(m.Classes):
		return fault.New("unknown label", "class %d of %d", g.Label, len(m.Classes))
	}
	if err := g.Check(); err != nil {
		return err
	}
	if m.Graphs.Features != 0 && g.Width() != m.Graphs.Features {
		return fault.New("node features", "%d numbers a node; expected %d, as other graphs have", g.Width(), m.Graphs.Features)
	}
	return nil
}

func (g *Graph) identity() string { return g.ID }

// content tells graphs apart by nodes, edges and features.
func (g *Graph) content() uint64 {
	hash := fnv.New64a()
	var raw []byte
	raw = binary.AppendUvarint(raw, uint64(g.Nodes))
	for _, e := range g.Edges {
		raw = binary.AppendUvarint(raw, uint64(e[0]))
		raw = binary.AppendUvarint(raw, uint64(e[1]))
	}
	for _, x := range g.Features {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	hash.Write(raw)
	return hash.Sum64()
}

func (g *Graph) count(s *SplitMeta) {
	s.Rows++
	s.PerClass[g.Label]++
	s.Nodes += int64(g.Nodes)
	s.Edges += int64(len(g.Edges))
	if g.Rationale != nil {
		s.WithRationale++
		s.RationaleNodes += int64(marked(g.Rationale))
	}
}
