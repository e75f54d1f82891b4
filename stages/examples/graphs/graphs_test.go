package graphs_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/datasets"
	"rationale/datasets/motifs"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/adopt"
	"rationale/stages/dataset"
	"rationale/stages/examples"
	"rationale/stages/examples/graphs"
	"rationale/stages/stagetest"
)

// two graphs: a path of three nodes, the last two of one kind, and one node.
var two = graphs.Set{
	{Graph: datasets.Graph{ID: "a", Nodes: 3, Edges: []datasets.Edge{{0, 1}, {1, 2}}, Label: 1, Rationale: []bool{false, true, false}}, Kinds: []int64{1, 2, 2}},
	{Graph: datasets.Graph{ID: "b", Nodes: 1}, Kinds: []int64{3}},
}

func TestColumns(t *testing.T) {
	size := two.Size([]int{0, 1})
	if size != (rationalizer.Size{Examples: 2, Positions: 3}) {
		t.Errorf("size %+v", size)
	}
	for name, want := range map[string]string{
		rationalizer.InputIDs:       "[2 3] [1 2 2 3 0 0]",
		rationalizer.InputMask:      "[2 3] [1 1 1 1 0 0]",
		rationalizer.InputGold:      "[2 3] [0 1 0 0 0 0]",
		rationalizer.InputLabels:    "[2] [1 0]",
		rationalizer.InputAdjacency: "[2 3 3] [0 1 0 1 0 1 0 1 0 0 0 0 0 0 0 0 0 0]",
	} {
		column, err := two.Column(name, []int{0, 1}, size)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(column.Shape(), tensor.Data[int64](column)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, err := two.Column(rationalizer.InputSentence, []int{0}, size); err == nil || !strings.Contains(err.Error(), "reads the column sentence, and graphs have none") {
		t.Errorf("sentences of graphs: error %v", err)
	}
}

// TestNodesAsWords: a choice of positions, padding included, is one of nodes.
func TestNodesAsWords(t *testing.T) {
	w, truth := two.Words(0), two.Truth(0, rationalizer.Word)
	got := fmt.Sprintln(w.ID, w.Tokens, w.Gold, w.Edges, truth.Selectable, truth.Gold, truth.Ends,
		two.Chosen(0, []bool{true, false, true, true, true}), two.Values(1, []float32{.5, 9, 9}), two.Chosen(1, nil))
	if want := "a [0 1 2] [false true false] [[0 1] [1 2]] [true true true] [false true false] [] [true false true] [0.5] [false]\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// imported writes a dataset of graphs, as it is once it was adopted.
func imported(t testing.TB, features int, train ...datasets.Graph) string {
	t.Helper()
	dir := t.TempDir()
	meta := datasets.Meta{Name: "shapes", Format: "made", Classes: []string{"no", "yes"}, Licence: "none", Balance: "off", Given: []string{"made"}}
	meta.Graphs = &datasets.GraphMeta{Features: features}
	rows := datasets.GraphRows{Len: len(train), Graph: func(i int) (datasets.Graph, error) { return train[i], nil }}
	if _, err := datasets.WriteGraphs(t.Context(), dataset.Folder(dir, meta.Name), meta, map[string]datasets.GraphRows{"train": rows}); err != nil {
		t.Fatal(err)
	}
	return stagetest.Run(t, adopt.New(adopt.Params{Dataset: meta.Name}), map[string]string{adopt.DatasetRole: dir})
}

// TestOpen: nodes with the same features are of one kind, and a kind's row in the
// table has them.
func TestOpen(t *testing.T) {
	data, err := graphs.Open(imported(t, 2,
		datasets.Graph{ID: "a", Nodes: 3, Features: []float32{1, 0, 0, .5, 1, 0}, Label: 1},
		datasets.Graph{ID: "b", Nodes: 2, Features: []float32{0, 0, 0, .5}}))
	if err != nil {
		t.Fatal(err)
	}
	shape := data.Shape()
	if shape.Dataset != "shapes" || len(shape.Classes) != 2 || shape.Width != 2 || shape.Longest != 3 || shape.Query {
		t.Errorf("shape %+v", shape)
	}
	train, err := data.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := data.Fixed()
	if err != nil {
		t.Fatal(err)
	}
	table := fixed[rationalizer.EmbeddingWeight]
	ids, err := train.Column(rationalizer.InputIDs, []int{0, 1}, train.Size([]int{0, 1}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(tensor.Data[int64](ids), table.Shape(), table.Float64s()), "[1 2 1 3 2 0] [4 2] [0 0 1 0 0 0.5 0 0]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if empty, err := data.Split("dev"); err != nil || empty.Len() != 0 {
		t.Errorf("the development split: %v, %v", empty, err)
	}
}

func TestWhatOpenRefuses(t *testing.T) {
	large := datasets.Graph{ID: "giant", Nodes: graphs.MaxNodes + 1, Features: make([]float32, graphs.MaxNodes+1)}
	for want, dir := range map[string]string{
		"no such file": stagetest.Generated(t),
		`split train, row 1: graph "giant" has 1001 nodes; expected 1000 at most`: imported(t, 1, datasets.Graph{ID: "a", Nodes: 1, Features: []float32{1}}, large),
	} {
		if _, err := graphs.Open(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	data, err := graphs.Open(imported(t, 1, datasets.Graph{ID: "a", Nodes: 1, Features: []float32{1}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := data.Split("held"); err == nil || !strings.Contains(err.Error(), `no split "held"`) {
		t.Errorf("error %v", err)
	}
}

// TestColumnsAgreeWithGraphs: an adjacency is symmetric, has each edge twice and
// nothing behind the nodes.
func TestColumnsAgreeWithGraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := motifs.BA2Motif(rapid.Uint64().Draw(t, "seed"), "train", rapid.IntRange(0, 9).Draw(t, "row"))
		set, more := graphs.Set{{Graph: g}}, rapid.IntRange(0, 4).Draw(t, "more")
		n := g.Nodes + more
		column, err := set.Column(rationalizer.InputAdjacency, []int{0}, rationalizer.Size{Examples: 1, Positions: n})
		if err != nil {
			t.Fatal(err)
		}
		a, ends := tensor.Data[int64](column), 0
		for i, edge := range a {
			u, v := i/n, i%n
			if edge != a[v*n+u] || edge == 1 && (u == v || max(u, v) >= g.Nodes) {
				t.Fatalf("nodes %d and %d of %d", u, v, g.Nodes)
			}
			ends += int(edge)
		}
		if ends != 2*len(g.Edges) {
			t.Fatalf("%d ends of %d edges", ends, len(g.Edges))
		}
	})
}

var _ examples.Open = graphs.Open
