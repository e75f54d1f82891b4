package formats

import (
	"fmt"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/fault"
)

func init() {
	register(Format{
		Name: "tu",
		Doc: "TUDataset: text files NAME_graph_labels.txt, NAME_graph_indicator.txt and NAME_A.txt, with node labels or attributes as " +
			"features where there are some; nodes at the ends of edges that NAME_edge_gt.txt marks are the rationale.",
		Example: "rationale data import tu Mutagenicity/ --name mutagenicity --split dev=0.1,test=0.1",
		Licence: "that of the dataset (TUDataset, chrsmrrs.github.io/datasets)",
		Graphs:  true,
		Folder:  func(map[string]string) []string { return []string{"*" + tuLabels} },
		Read:    readTU,
	})
}

// The file names of a TU dataset behind its own name. The first three are needed.
const (
	tuLabels     = "_graph_labels.txt"
	tuIndicator  = "_graph_indicator.txt"
	tuEdges      = "_A.txt"
	tuNodeLabels = "_node_labels.txt"
	tuAttributes = "_node_attributes.txt"
	tuMarked     = "_edge_gt.txt"
)

// readTU delivers a row for each line of the files of labels.
func readTU(in *Intake) error {
	for _, file := range in.Files() {
		name, found := strings.CutSuffix(file.Path, tuLabels)
		if !found {
			return fmt.Errorf("source %s: expected the folder of a TU dataset, or its NAME%s", file.Path, tuLabels)
		}
		tu, err := in.tuGraphs(name)
		if err != nil {
			return err
		}
		last := 0
		err = in.Lines(file, func(number int, line string) (Example, error) {
			last = number
			return tu.example(number-1, strings.TrimSpace(line))
		})
		if err != nil {
			return err
		}
		if graphs := tu.graphs(); last != graphs {
			return fmt.Errorf("%s has %d lines, and %s%s tells of %d graphs; expected as many: is one of the files truncated?", file.Path, last, name, tuIndicator, graphs)
		}
	}
	return nil
}

// tuGraphs are all graphs of a TU dataset. Nodes are numbered through.
type tuGraphs struct {
	first  []int // node of each graph, and behind the last the number of all
	graph  []int32
	edges  [][]datasets.Edge // of each graph, nodes counted within it
	marked []bool            // for each node, whether a marked edge ends there; nil when none is known
	labels tuVocabulary
	// attributes are numbers of nodes, width for each.
	attributes []float32
	width      int
}

// tuVocabulary are the labels of nodes, which become features of 0 and 1.
type tuVocabulary struct {
	of    []int // for each node
	known []int // in rising order
}

// tuGraphs reads everything but the classes.
func (in *Intake) tuGraphs(name string) (*tuGraphs, error) {
	tu := &tuGraphs{}
	for _, part := range []struct {
		file string
		read func(*tuTable) error
	}{
		{tuIndicator, tu.readIndicator}, {tuNodeLabels, tu.readNodeLabels}, {tuAttributes, tu.readAttributes},
	} {
		if err := in.tuFile(name+part.file, part.file != tuIndicator, part.read); err != nil {
			return nil, err
		}
	}
	var ends []datasets.Edge // nodes numbered through, a line each
	err := in.tuFile(name+tuEdges, false, func(t *tuTable) (err error) {
		ends, err = tu.readEdges(t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tu, in.tuFile(name+tuMarked, true, func(t *tuTable) error { return tu.readMarked(t, ends) })
}

func (tu *tuGraphs) graphs() int { return len(tu.first) - 1 }

func (tu *tuGraphs) nodes() int { return len(tu.graph) }

// readIndicator reads the number of the graph of each node, the nodes of a graph one
// behind the other.
func (tu *tuGraphs) readIndicator(t *tuTable) error {
	err := t.each(func() error {
		n, err := t.whole()
		if err != nil {
			return err
		}
		switch graphs := len(tu.first); {
		case n == graphs+1:
			tu.first = append(tu.first, len(tu.graph))
		case n != graphs || n == 0:
			return t.fault("graph out of order", "node %d is of graph %d, behind %d graphs; expected graphs counted from 1 without a gap, the nodes of each together", len(tu.graph)+1, n, graphs)
		}
		tu.graph = append(tu.graph, int32(n-1))
		return nil
	})
	tu.first = append(tu.first, len(tu.graph))
	tu.edges = make([][]datasets.Edge, tu.graphs())
	return err
}

// readNodeLabels reads one whole number for each node.
func (tu *tuGraphs) readNodeLabels(t *tuTable) error {
	err := t.each(func() error {
		n, err := t.whole()
		tu.labels.of = append(tu.labels.of, n)
		return err
	})
	if err != nil {
		return err
	}
	tu.labels.known = slices.Compact(slices.Sorted(slices.Values(tu.labels.of)))
	if n := len(tu.labels.known); n > datasets.MaxClasses {
		return fmt.Errorf("%s has %d different labels; expected %d at most, since each becomes a feature", t.path, n, datasets.MaxClasses)
	}
	return t.wantLines(tu.nodes(), "nodes")
}

// readAttributes reads as many numbers for each node as for the first one.
func (tu *tuGraphs) readAttributes(t *tuTable) error {
	err := t.each(func() error {
		numbers, err := t.numbers()
		if err != nil {
			return err
		}
		if tu.width == 0 {
			tu.width = len(numbers)
		}
		if len(numbers) != tu.width {
			return t.fault("node features", "%d numbers; expected %d, as for the first node", len(numbers), tu.width)
		}
		tu.attributes = append(tu.attributes, numbers...)
		return nil
	})
	if err != nil {
		return err
	}
	return t.wantLines(tu.nodes(), "nodes")
}

// readEdges reads the numbers of two nodes of one graph a line, counted from 1.
func (tu *tuGraphs) readEdges(t *tuTable) (ends []datasets.Edge, err error) {
	err = t.each(func() error {
		a, b, err := t.pair()
		if err != nil {
			return err
		}
		for _, node := range []int{a, b} {
			if node < 1 || node > tu.nodes() {
				return t.fault("edge out of range", "node %d; expected 1 to %d, the nodes of %s", node, tu.nodes(), tuIndicator)
			}
		}
		graph := tu.graph[a-1]
		switch {
		case graph != tu.graph[b-1]:
			return t.fault("edge between graphs", "nodes %d and %d are of graphs %d and %d; expected two nodes of one graph", a, b, graph+1, tu.graph[b-1]+1)
		case a == b:
			return t.fault("loop", "an edge joins node %d to itself; expected two nodes", a)
		}
		first := int32(tu.first[graph])
		ends = append(ends, datasets.Edge{int32(a - 1), int32(b - 1)})
		tu.edges[graph] = append(tu.edges[graph], datasets.Edge{int32(a-1) - first, int32(b-1) - first})
		return nil
	})
	return ends, err
}

// readMarked reads 0 or 1 for each line of the edges.
func (tu *tuGraphs) readMarked(t *tuTable, ends []datasets.Edge) error {
	tu.marked = make([]bool, tu.nodes())
	err := t.each(func() error {
		mark, err := t.whole()
		switch {
		case err != nil:
			return err
		case mark != 0 && mark != 1:
			return t.fault("mark of an edge", "%d; expected 0 or 1", mark)
		case t.line > len(ends):
			return t.wantLines(len(ends), "edges")
		case mark == 1:
			tu.marked[ends[t.line-1][0]], tu.marked[ends[t.line-1][1]] = true, true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return t.wantLines(len(ends), "edges")
}

// example is a graph with its class.
func (tu *tuGraphs) example(i int, class string) (Example, error) {
	switch {
	case class == "":
		return Example{}, fault.New("empty label", "expected the class of graph %d", i+1)
	case i >= tu.graphs():
		return Example{}, fmt.Errorf("graph %d has a class and no node: %s tells of %d graphs", i+1, tuIndicator, tu.graphs())
	}
	from, to := tu.first[i], tu.first[i+1]
	if numbers := (to - from) * (len(tu.labels.known) + tu.width); numbers > datasets.MaxNumbers {
		return Example{}, fault.New("large graph", "%d nodes with %d features; expected %d numbers at most", to-from, len(tu.labels.known)+tu.width, datasets.MaxNumbers)
	}
	g := datasets.Graph{Nodes: to - from, Edges: datasets.NewEdges(tu.edges[i])}
	for node := from; node < to; node++ {
		g.Features = tu.appendFeatures(g.Features, node)
	}
	if tu.marked != nil && slices.Contains(tu.marked[from:to], true) {
		g.Rationale = tu.marked[from:to]
	}
	return Example{Class: class, Graph: &g}, nil
}

// appendFeatures appends those of a node: a 1 at the place of its label and 0
// elsewhere, then its attributes; a single 1 where there is neither.
func (tu *tuGraphs) appendFeatures(features []float32, node int) []float32 {
	if tu.labels.of == nil && tu.attributes == nil {
		return append(features, 1)
	}
	if tu.labels.of != nil {
		for _, label := range tu.labels.known {
			features = append(features, oneIf(label == tu.labels.of[node]))
		}
	}
	return append(features, tu.attributes[node*tu.width:(node+1)*tu.width]...)
}

func oneIf(is bool) float32 {
	if is {
		return 1
	}
	return 0
}
