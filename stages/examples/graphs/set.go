package graphs

import (
	"fmt"
	"strconv"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// Graph is a graph with the kinds of its nodes, which are rows of the table of
// features.
type Graph struct {
	datasets.Graph
	Kinds []int64
}

// Set is graphs as examples.
type Set []Graph

// Len is the number of graphs.
func (s Set) Len() int { return len(s) }

// Class is a graph's class.
func (s Set) Class(i int) int { return s[i].Label }

// Length is the number of a graph's nodes.
func (s Set) Length(i int) int { return s[i].Nodes }

// Size is that of the largest graph.
func (s Set) Size(batch []int) rationalizer.Size {
	return rationalizer.Size{Examples: len(batch), Positions: examples.Longest(s, batch)}
}

// Truth is what people, or those who made the graph up, say about its nodes.
func (s Set) Truth(i int, _ rationalizer.Unit) examples.Truth {
	t := examples.Truth{Selectable: make([]bool, s[i].Nodes), Gold: s[i].Rationale}
	for v := range t.Selectable {
		t.Selectable[v] = true
	}
	return t
}

// Words are a graph's nodes, by number, and the edges between them.
func (s Set) Words(i int) examples.Words {
	w := examples.Words{ID: s[i].ID, Tokens: make([]string, s[i].Nodes), Gold: s[i].Rationale, Edges: make([][2]int, len(s[i].Edges))}
	for v := range w.Tokens {
		w.Tokens[v] = strconv.Itoa(v)
	}
	for k, e := range s[i].Edges {
		w.Edges[k] = [2]int{int(e[0]), int(e[1])}
	}
	return w
}

// Chosen is a choice of the graph's nodes, without padding.
func (s Set) Chosen(i int, positions []bool) []bool { return unpadded(positions, s[i].Nodes) }

// Values are numbers of the graph's nodes, without padding.
func (s Set) Values(i int, positions []float32) []float32 { return unpadded(positions, s[i].Nodes) }

// unpadded is what belongs to so many nodes; what is missing is zero.
func unpadded[E any](positions []E, nodes int) []E {
	out := make([]E, nodes)
	copy(out, positions)
	return out
}

// Column is a column of a batch.
func (s Set) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	switch name {
	case rationalizer.InputLabels:
		return examples.Labels(s, batch), nil
	case rationalizer.InputAdjacency:
		return s.adjacency(batch, size.Positions), nil
	case rationalizer.InputIDs:
		return s.column(batch, size.Positions, func(g Graph, row []int64) { copy(row, g.Kinds) }), nil
	case rationalizer.InputMask:
		return s.column(batch, size.Positions, func(g Graph, row []int64) { fill(row, g.Nodes) }), nil
	case rationalizer.InputGold:
		return s.column(batch, size.Positions, func(g Graph, row []int64) { marks(g.Rationale, row) }), nil
	}
	return nil, fmt.Errorf("the model reads the column %s, and graphs have none", name)
}

// column lets write set a row for each graph; what it leaves is 0.
func (s Set) column(batch []int, width int, write func(Graph, []int64)) *tensor.Tensor {
	all := make([]int64, len(batch)*width)
	for row, i := range batch {
		write(s[i], all[row*width:][:width])
	}
	return examples.Rows(all, width)
}

func fill(row []int64, n int) {
	for v := range n {
		row[v] = 1
	}
}

func marks(marked []bool, row []int64) {
	for v, m := range marked {
		if m {
			row[v] = 1
		}
	}
}

// adjacency is 1 where an edge joins two nodes, either way, [B,T,T].
func (s Set) adjacency(batch []int, nodes int) *tensor.Tensor {
	n := int64(nodes)
	x, _ := tensor.New(tensor.Int64, int64(len(batch)), n, n) // the sizes are ours
	for k, i := range batch {
		a := tensor.Data[int64](x)[int64(k)*n*n:]
		for _, e := range s[i].Edges {
			u, v := int64(e[0]), int64(e[1])
			a[u*n+v], a[v*n+u] = 1, 1
		}
	}
	return x
}
