// Package motifs makes up graphs whose class is told by a small motif that hangs on a
// base: BA2Motifs and GOODMotif, from a seed. The motif's nodes are the rationale.
package motifs

import (
	"math/bits"

	"rationale/datasets"
)

// shape is a piece of a graph, with nodes from 0.
type shape struct {
	nodes int
	edges []datasets.Edge
	// plain nodes are those of the base's first role, to which random edges may lead
	// from anywhere; nil where no node is.
	plain func(node int) bool
}

func everyNode(int) bool { return true }

// motifSize is the number of nodes of every motif. Node 0 is joined to the base.
const motifSize = 5

// Motifs of five nodes.
var (
	house = shape{nodes: motifSize, edges: []datasets.Edge{{0, 1}, {0, 4}, {1, 2}, {1, 4}, {2, 3}, {3, 4}}}
	cycle = shape{nodes: motifSize, edges: []datasets.Edge{{0, 1}, {0, 4}, {1, 2}, {2, 3}, {3, 4}}}
	crane = shape{nodes: motifSize, edges: []datasets.Edge{{0, 1}, {0, 3}, {1, 2}, {1, 4}, {2, 3}, {3, 4}}}
)

// wheel is a hub and a rim of w−1 nodes around it.
func wheel(w int) shape {
	s := shape{nodes: w, plain: everyNode}
	for i := 1; i < w; i++ {
		s.join(0, i)
		if i > 1 {
			s.join(i-1, i)
		}
	}
	if w > 3 {
		s.join(w-1, 1) // closes the rim
	}
	return s
}

// tree is a balanced binary tree of height ⌊log2 w⌋−1, at least 1.
func tree(w int) shape {
	height := max(1, bits.Len(uint(w))-2)
	s := shape{nodes: 1<<(height+1) - 1, plain: everyNode}
	for i := 1; i < s.nodes; i++ {
		s.join((i-1)/2, i)
	}
	return s
}

// ladder is two paths of w nodes with a rung between each two.
func ladder(w int) shape {
	s := shape{nodes: 2 * w, plain: everyNode}
	for i := range w {
		s.join(i, w+i)
		if i > 0 {
			s.join(i-1, i)
			s.join(w+i-1, w+i)
		}
	}
	return s
}

// star is a centre with w leaves.
func star(w int) shape {
	s := shape{nodes: w + 1, plain: func(node int) bool { return node == 0 }}
	for i := 1; i <= w; i++ {
		s.join(0, i)
	}
	return s
}

// path is w nodes in a row.
func path(w int) shape {
	s := shape{nodes: w, plain: func(node int) bool { return node > 0 && node < w-1 }}
	for i := 1; i < w; i++ {
		s.join(i-1, i)
	}
	return s
}

func (s *shape) join(a, b int) { s.edges = append(s.edges, edge(a, b)) }

// edge joins two nodes, given either way round.
func edge(a, b int) datasets.Edge { return datasets.Edge{int32(min(a, b)), int32(max(a, b))} }

// hang is base and motif in one, the base's nodes first: the motif's node by is joined
// to the base's node at.
func hang(base, motif shape, at, by int) shape {
	s := shape{nodes: base.nodes + motif.nodes, plain: func(node int) bool { return node < base.nodes && base.plain(node) }}
	s.edges = append(s.edges, base.edges...)
	for _, e := range motif.edges {
		s.join(base.nodes+int(e[0]), base.nodes+int(e[1]))
	}
	s.join(at, base.nodes+by)
	return s
}

// graph is the shape with so many equal features for each node; its last nodes, those
// of the motif, are the rationale.
func (s shape) graph(width int, value float32) datasets.Graph {
	g := datasets.Graph{
		Nodes: s.nodes, Edges: datasets.NewEdges(s.edges),
		Features: make([]float32, s.nodes*width), Rationale: make([]bool, s.nodes),
	}
	for i := range g.Features {
		g.Features[i] = value
	}
	for i := s.nodes - motifSize; i < s.nodes; i++ {
		g.Rationale[i] = true
	}
	return g
}
