package graphs

import (
	"cmp"
	"encoding/json"
	"fmt"

	"rationale/datasets"
	"rationale/datasets/fault"
)

// Reader prepares a graph of a user's as those of a dataset were prepared. It is safe
// for concurrent use.
type Reader struct {
	reading Exported // its files play no part
	kinds   *kinds
}

// OpenReader reads what a model knows that was trained on the dataset that Open finds in
// a folder. The caller has checked the files' digests.
func OpenReader(dir string) (*Reader, error) {
	d, err := open(dir)
	if err != nil {
		return nil, err
	}
	return &Reader{Exported{Reading: d.reading, Dataset: d.meta.Name, Kinds: d.kinds.count()}, d.kinds}, nil
}

// OpenExported reads the features in an exported model's folder, which go with its
// reading. The caller has checked their digest.
func OpenExported(dir string, e Exported) (*Reader, error) {
	k, err := readKinds(dir, e)
	return &Reader{e, k}, err
}

// Reading says how graphs are read.
func (r *Reader) Reading() Exported { return r.reading }

// Features is the content of FeaturesFile.
func (r *Reader) Features() ([]byte, error) { return r.kinds.csv() }

// object is a graph of a user's. Other keys are passed over: such graphs come out of
// other programs.
type object struct {
	Nodes    *int        `json:"nodes"`
	Edges    *[][]int32  `json:"edges"`
	Features [][]float32 `json:"features"`
}

// expected shows what a graph should look like.
const expected = `expected an object such as {"edges": [[0, 1], [1, 2]], "features": [[1], [0.5], [1]]}`

// Prepare reads a graph in JSON: its edges, and the features of its nodes or, where
// those of all nodes that the model knows are alike, their number at most. It has no
// identifier, and its label is -1: nobody knows it. The user can mend what is wrong.
func (r *Reader) Prepare(text string) (Graph, error) {
	o, err := parse(text)
	if err != nil {
		return Graph{}, err
	}
	g := datasets.Graph{Label: -1}
	for i, e := range *o.Edges {
		if len(e) != 2 {
			return Graph{}, fmt.Errorf("edge %d joins %d nodes; expected two", i+1, len(e))
		}
		g.Edges = append(g.Edges, datasets.Edge{e[0], e[1]})
	}
	g.Edges = datasets.NewEdges(g.Edges)
	if g.Nodes, err = o.nodes(g.Edges); err != nil {
		return Graph{}, err
	}
	if g.Features, err = r.features(o, g.Nodes); err != nil {
		return Graph{}, err
	}
	return r.Read(g)
}

// Read reads a graph of a user's that came in the form of a dataset's. Its label is for
// nothing.
func (r *Reader) Read(g datasets.Graph) (Graph, error) {
	if err := g.Check(); err != nil {
		return Graph{}, err
	}
	switch width := r.reading.Features; {
	case g.Width() != width:
		return Graph{}, fmt.Errorf("a node has %d features; expected %d, as in dataset %s", g.Width(), width, r.reading.Dataset)
	case g.Nodes > MaxNodes:
		return Graph{}, fmt.Errorf("%d nodes; expected 1 to %d", g.Nodes, MaxNodes)
	}
	return r.read(g)
}

// parse takes the JSON apart.
func parse(text string) (o object, err error) {
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return o, fmt.Errorf("%s: %w", expected, err)
	}
	if err := cmp.Or(fault.CheckJSON(text, fault.AnyCase), fault.CheckNulls(text)); err != nil {
		return o, err
	}
	if o.Edges == nil {
		return o, fmt.Errorf(`no "edges"; %s`, expected)
	}
	return o, nil
}

// nodes is how many there are: as many as features are given for, or as is said, or as
// edges join.
func (o object) nodes(edges []datasets.Edge) (int, error) {
	n := len(o.Features)
	switch {
	case o.Nodes != nil && n > 0 && *o.Nodes != n:
		return 0, fmt.Errorf(`"nodes" is %d, and "features" has those of %d`, *o.Nodes, n)
	case o.Nodes != nil:
		n = *o.Nodes
	case n == 0:
		for _, e := range edges {
			n = max(n, int(e[1])+1)
		}
	}
	if n < 1 || n > MaxNodes {
		return 0, fmt.Errorf("%d nodes; expected 1 to %d", n, MaxNodes)
	}
	return n, nil
}

// features are the numbers of all nodes, one after the other.
func (r *Reader) features(o object, nodes int) ([]float32, error) {
	width := r.reading.Features
	if o.Features == nil && r.kinds.count() == 1 {
		o.Features = make([][]float32, nodes)
		for v := range o.Features {
			o.Features[v] = r.kinds.table[width:]
		}
	}
	if o.Features == nil {
		return nil, fmt.Errorf(`no "features"; a node has %d numbers in dataset %s`, width, r.reading.Dataset)
	}
	var all []float32
	for v, row := range o.Features {
		if len(row) != width {
			return nil, fmt.Errorf("node %d has %d features; expected %d, as in dataset %s", v, len(row), width, r.reading.Dataset)
		}
		all = append(all, row...)
	}
	return all, nil
}

// read finds the kinds of a graph's nodes.
func (r *Reader) read(g datasets.Graph) (Graph, error) {
	out := Graph{g, make([]int64, g.Nodes)}
	for v := range out.Kinds {
		features := g.Features[v*r.reading.Features:][:r.reading.Features]
		id, ok := r.kinds.known(features)
		if !ok {
			return Graph{}, fmt.Errorf("node %d has features that no node of dataset %s has, and that the model does not know: %v", v, r.reading.Dataset, features)
		}
		out.Kinds[v] = id
	}
	return out, nil
}
