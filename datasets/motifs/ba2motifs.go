package motifs

import (
	"fmt"

	"rationale/datasets"
	"rationale/datasets/random"
)

// Sizes and features of BA2Motifs.
const (
	BA2Nodes    = baNodes + 5 // of a graph
	BA2Features = 10          // of a node

	baNodes   = 20 // of the base
	baFeature = 0.1
)

// BA2Motifs are the classes of BA2Motifs, by number.
var BA2Motifs = []string{"cycle", "house"}

// BA2Motif makes row i of a split of BA2Motifs up (Luo et al. 2020, "Parameterized
// Explainer"): a Barabási–Albert tree of 20 nodes, and a 5-cycle or a house joined to it
// by an edge between two nodes drawn at random. Were it always the roof that hangs on the
// tree, a house would be known by its joint. The classes take turns. Seed, split and row
// say all.
func BA2Motif(seed uint64, split string, row int) datasets.Graph {
	draw := random.New(seed, "ba2motifs "+split, row)
	label := row % len(BA2Motifs)
	base, motif := preferential(baNodes, draw), []shape{cycle, house}[label]
	g := hang(base, motif, draw.Below(base.nodes), draw.Below(motif.nodes)).graph(BA2Features, baFeature)
	g.ID, g.Label = fmt.Sprintf("%s-%d", split, row), label
	return g
}

// preferential is a Barabási–Albert graph with one edge for each new node: it leads to
// an older one, drawn in proportion to the edges that this one has.
func preferential(n int, draw *random.Stream) shape {
	s := shape{nodes: n, plain: everyNode}
	s.join(0, 1)
	ends := []int{0, 1} // each node as often as it has edges
	for i := 2; i < n; i++ {
		to := ends[draw.Below(len(ends))]
		s.join(to, i)
		ends = append(ends, to, i)
	}
	return s
}
