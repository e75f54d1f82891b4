package formats

import (
	"cmp"
	"fmt"
	"io"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/motifs"
	"rationale/datasets/pickle"
)

func init() {
	register(Format{
		Name: "ba2motifs-pkl",
		Doc: "BA-2motif.pkl of PGExplainer: a pickled tuple of adjacency, node features and one-hot labels, of which nothing is " +
			"run; the last five nodes are the motif, and the rationale.",
		Example: "rationale data import ba2motifs-pkl BA-2motif.pkl --name ba2motifs --split dev=0.1,test=0.1",
		Licence: "that of PGExplainer (Luo et al. 2020)",
		Classes: [][]string{motifs.BA2Motifs},
		Graphs:  true,
		Read:    readPickledMotifs,
	})
}

// maxPickle bounds a pickle, which is read into memory; the published one has 7 MB.
const maxPickle = 256 << 20

func readPickledMotifs(in *Intake) error {
	for _, file := range in.Files() {
		if err := in.withSource(file, func(s *source) error { return in.pickledMotifs(file, s) }); err != nil {
			return err
		}
	}
	return nil
}

// pickledMotifs delivers the graphs of one file. A row is counted where lines are
// elsewhere.
func (in *Intake) pickledMotifs(file File, s *source) error {
	raw, err := io.ReadAll(io.LimitReader(s.text, maxPickle+1))
	if err != nil {
		return s.explain(err)
	}
	if len(raw) > maxPickle {
		return fmt.Errorf("%s is longer than %d MiB", file.Path, maxPickle>>20)
	}
	if len(raw) == 0 {
		return nil // no row: withSource calls it empty
	}
	graphs, err := newMotifArrays(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", file.Path, err)
	}
	for i := range graphs.rows {
		example, err := graphs.example(i)
		if err := in.Deliver(file, i+1, example, err); err != nil {
			return err
		}
	}
	return nil
}

// Sizes of the published graphs.
const (
	pickledNodes = 25
	pickledBase  = 20 // nodes before those of the motif
)

// motifArrays are the arrays of a file: adjacency [rows, 25, 25], node features
// [rows, 25, width], labels [rows, 2].
type motifArrays struct {
	adjacency, features, labels *pickle.Array
	rows, width                 int
	// shown is the motif that the first graph of each label has.
	shown map[int]string
}

func newMotifArrays(raw []byte) (*motifArrays, error) {
	arrays, err := pickle.Read(raw)
	if err != nil {
		return nil, err
	}
	if len(arrays) != 3 {
		return nil, fmt.Errorf("%d arrays; expected adjacency, node features and labels", len(arrays))
	}
	m := &motifArrays{adjacency: arrays[0], features: arrays[1], labels: arrays[2], shown: map[int]string{}}
	a, f, l := m.adjacency.Shape, m.features.Shape, m.labels.Shape
	if len(a) != 3 || len(f) != 3 || len(l) != 2 ||
		a[1] != pickledNodes || a[2] != pickledNodes || f[0] != a[0] || f[1] != pickledNodes || l[0] != a[0] || l[1] != len(motifs.BA2Motifs) {
		return nil, fmt.Errorf("arrays of the shapes %v, %v and %v; expected [graphs 25 25], [graphs 25 features] and [graphs 2]", a, f, l)
	}
	m.rows, m.width = a[0], f[2]
	return m, nil
}

// example is graph i.
func (m *motifArrays) example(i int) (Example, error) {
	edges, err := m.edges(i)
	if err != nil {
		return Example{}, err
	}
	class, err := m.class(i, edges)
	g := datasets.Graph{Nodes: pickledNodes, Edges: edges, Features: make([]float32, pickledNodes*m.width), Rationale: make([]bool, pickledNodes)}
	for j := range g.Features {
		g.Features[j] = float32(m.features.At(i*len(g.Features) + j))
	}
	for node := pickledBase; node < pickledNodes; node++ {
		g.Rationale[node] = true
	}
	return Example{Class: class, Graph: &g}, err
}

// edges are those of graph i, whose matrix has to be one of an undirected graph.
func (m *motifArrays) edges(i int) ([]datasets.Edge, error) {
	var edges []datasets.Edge
	at := func(a, b int) float64 { return m.adjacency.At((i*pickledNodes+a)*pickledNodes + b) }
	for a := range pickledNodes {
		for b := range a + 1 {
			switch x := at(a, b); {
			case x != at(b, a):
				return nil, fault.New("adjacency", "entry (%d, %d) is %g and (%d, %d) is %g; expected the same in both directions", a, b, x, b, a, at(b, a))
			case x != 0 && x != 1 || x == 1 && a == b:
				return nil, fault.New("adjacency", "entry (%d, %d) is %g; expected 0 or 1, and 0 from a node to itself", a, b, x)
			case x == 1:
				edges = append(edges, datasets.Edge{int32(b), int32(a)})
			}
		}
	}
	return datasets.NewEdges(edges), nil
}

// class is the motif of graph i, told by its edges, if all graphs of the label have it.
func (m *motifArrays) class(i int, edges []datasets.Edge) (string, error) {
	within := 0
	for _, e := range edges {
		if e[0] >= pickledBase {
			within++
		}
	}
	motif := map[int]string{5: "cycle", 6: "house"}[within]
	if motif == "" {
		return "", fault.New("motif", "%d edges join nodes 20 to 24; expected 5 of a cycle or 6 of a house", within)
	}
	label, err := m.label(i)
	if err != nil {
		return "", err
	}
	if m.shown[label] == "" {
		m.shown[label] = motif
	}
	if m.shown[label] != motif || m.shown[1-label] == motif {
		return "", fault.New("motif", "the label is number %d and the motif a %s; in the graphs before, label 0 goes with %s and label 1 with %s",
			label, motif, cmp.Or(m.shown[0], "none"), cmp.Or(m.shown[1], "none"))
	}
	return motif, nil
}

// label is the place of the 1 in the label of graph i.
func (m *motifArrays) label(i int) (int, error) {
	first, second := m.labels.At(2*i), m.labels.At(2*i+1)
	switch {
	case first == 1 && second == 0:
		return 0, nil
	case first == 0 && second == 1:
		return 1, nil
	}
	return 0, fault.New("label", "(%g, %g); expected (1, 0) or (0, 1)", first, second)
}
