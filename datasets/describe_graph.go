package datasets

import "context"

// GraphStats describes one split of graphs. Means and shares of nothing are 0.
type GraphStats struct {
	Name     string `json:"name"`
	Rows     int    `json:"rows"`
	PerClass []int  `json:"per_class"`
	// MeanNodes and MeanEdges are of one graph; an edge counts once.
	MeanNodes float64 `json:"mean_nodes"`
	MeanEdges float64 `json:"mean_edges"`
	Largest   int     `json:"largest"` // nodes of the largest graph
	// GoldShare is the share of marked nodes among all nodes of the graphs whose
	// rationale is known.
	GoldShare        float64 `json:"gold_share"`
	WithoutRationale int     `json:"without_rationale"` // graphs
}

func (stats *Stats) addGraphs(ctx context.Context, split *Split) error {
	s := GraphStats{Name: split.Name(), Rows: split.Len(), PerClass: make([]int, len(stats.Classes))}
	var t graphTally
	for i := range split.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		graph, err := split.Graph(i)
		if err != nil {
			return err
		}
		s.PerClass[graph.Label]++
		s.Largest = max(s.Largest, graph.Nodes)
		t.add(&graph)
	}
	s.MeanNodes, s.MeanEdges = Share(t.nodes, s.Rows), Share(t.edges, s.Rows)
	s.GoldShare, s.WithoutRationale = Share(t.gold, t.judged), s.Rows-t.annotated
	stats.Graphs = append(stats.Graphs, s)
	return nil
}

// graphTally counts nodes and edges, the graphs with a rationale, and their nodes, all
// and marked.
type graphTally struct{ nodes, edges, annotated, judged, gold int }

func (t *graphTally) add(g *Graph) {
	t.nodes += g.Nodes
	t.edges += len(g.Edges)
	if g.Rationale == nil {
		return
	}
	t.annotated++
	t.judged += g.Nodes
	t.gold += marked(g.Rationale)
}
