package datasets

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// triangle is a graph that nothing is wrong with: three nodes in a circle, and one
// beside them.
func triangle() Graph {
	return Graph{
		ID: "a", Nodes: 4, Edges: []Edge{{0, 1}, {0, 2}, {1, 2}}, Label: 1,
		Features: []float32{1, 0, 0, 1, 1, 1, 0.5, 0}, Rationale: []bool{true, true, true, false},
	}
}

// graphsOf are rows that lie in memory.
func graphsOf(graphs ...Graph) GraphRows {
	return GraphRows{len(graphs), func(i int) (Graph, error) { return graphs[i], nil }}
}

// graphMeta describes graphs with so many features as an import would.
func graphMeta(name string, features int) Meta {
	meta := madeMeta(name)
	meta.Graphs = &GraphMeta{Features: features}
	return meta
}

// writtenGraphs are an open dataset with these graphs for training.
func writtenGraphs(t *testing.T, graphs ...Graph) *Set {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "graphs")
	if _, err := WriteGraphs(t.Context(), dir, graphMeta("graphs", graphs[0].Width()), map[string]GraphRows{"train": graphsOf(graphs...)}); err != nil {
		t.Fatal(err)
	}
	set, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

// Both directions of an edge, and an edge that stands twice, are one edge.
func TestNewEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		node := rapid.Int32Range(0, 9)
		given := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Edge { return Edge{node.Draw(t, "a"), node.Draw(t, "b")} })).Draw(t, "edges")
		edges := NewEdges(given)
		for i, e := range edges {
			if e[0] > e[1] || i > 0 && compareEdges(edges[i-1], e) >= 0 {
				t.Fatalf("%v of %v", edges, given)
			}
			if !slices.Contains(given, e) && !slices.Contains(given, Edge{e[1], e[0]}) {
				t.Fatalf("%v was not given", e)
			}
		}
		for _, e := range given {
			if !slices.Contains(edges, Edge{min(e[0], e[1]), max(e[0], e[1])}) {
				t.Fatalf("%v is lost", e)
			}
		}
		turned := slices.Clone(given)
		slices.Reverse(turned)
		if !slices.Equal(NewEdges(append(turned, given...)), edges) {
			t.Fatal("the order and number of mentions matter")
		}
	})
}

func TestUnsoundGraphs(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(g *Graph)
	}{
		{"", func(*Graph) {}},
		{"", func(g *Graph) { g.Edges, g.Rationale = nil, nil }},
		{"number of nodes: 0 nodes; expected 1 to", func(g *Graph) { g.Nodes = 0 }},
		{"number of nodes: 1048577 nodes", func(g *Graph) { g.Nodes = MaxNodes + 1 }},
		{"large graph: 3 edges and 16777217 numbers", func(g *Graph) { g.Features = make([]float32, MaxNumbers+1) }},
		{"edge out of range: an edge joins nodes 1 and 4 of a graph with nodes 0 to 3", func(g *Graph) { g.Edges[2] = Edge{1, 4} }},
		{"edge out of range", func(g *Graph) { g.Edges[0] = Edge{-1, 1} }},
		{"loop: an edge joins node 2 to itself", func(g *Graph) { g.Edges[2] = Edge{2, 2} }},
		{"order of edges", func(g *Graph) { g.Edges[2] = Edge{2, 1} }},
		{"order of edges", func(g *Graph) { g.Edges[1] = Edge{0, 1} }},
		{"node features: 7 numbers for 4 nodes", func(g *Graph) { g.Features = g.Features[:7] }},
		{"node features: 0 numbers for 4 nodes", func(g *Graph) { g.Features = nil }},
		{"node features: node 3 has a feature that is no number (NaN)", func(g *Graph) { g.Features[7] = float32(math.NaN()) }},
		{"node features: node 0", func(g *Graph) { g.Features[1] = float32(math.Inf(-1)) }},
		{"node features: 1 numbers a node; expected 2", func(g *Graph) { g.Features = g.Features[:4] }},
		{"rationale length: 3 rationale marks for 4 nodes", func(g *Graph) { g.Rationale = g.Rationale[:3] }},
		{"unknown label: class 2 of 2", func(g *Graph) { g.Label = 2 }},
		{"unknown label: class -1 of 2", func(g *Graph) { g.Label = -1 }},
		{"invalid UTF-8", func(g *Graph) { g.ID = "\xff" }},
		{"NUL bytes", func(g *Graph) { g.ID = "a\x00" }},
	} {
		g, meta := triangle(), graphMeta("graphs", 2)
		c.change(&g)
		if err := g.fits(&meta); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%v; want %q", err, c.want)
		}
	}
}

// Any graph survives storage, and the number of its nodes and edges is counted.
func TestGraphsSurviveStorage(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		graphs := rapid.SliceOfN(rapid.Custom(drawGraph), 1, 200).Draw(r, "graphs")
		folder := filepath.Join(dir, rapid.StringMatching(`[a-z]{20}`).Draw(r, "name"))
		meta, err := WriteGraphs(t.Context(), folder, graphMeta("graphs", 2), map[string]GraphRows{"dev": graphsOf(graphs...)})
		if err != nil {
			r.Fatal(err)
		}
		set, err := OpenDir(folder)
		if err != nil {
			r.Fatal(err)
		}
		defer set.Close()
		want := SplitMeta{PerClass: make([]int, 2)}
		for i := range graphs {
			graphs[i].count(&want)
			got, err := set.splits["dev"].Graph(i)
			if err != nil || !cmp.Equal(graphs[i], got) {
				r.Fatalf("row %d: %v\n%s", i, err, cmp.Diff(graphs[i], got))
			}
		}
		if diff := cmp.Diff(want, meta.Splits["dev"]); diff != "" {
			r.Fatal(diff)
		}
	})
}

func drawGraph(t *rapid.T) Graph {
	n := rapid.IntRange(1, 8).Draw(t, "nodes")
	g := Graph{ID: rapid.StringMatching(`[a-zä]{1,4}`).Draw(t, "id"), Nodes: n, Label: rapid.IntRange(0, 1).Draw(t, "label")}
	g.Features = rapid.SliceOfN(rapid.Float32Range(-3, 3), 2*n, 2*n).Draw(t, "features")
	g.Edges = []Edge{}
	for a := range int32(n) {
		for b := a + 1; b < int32(n); b++ {
			if rapid.Bool().Draw(t, "edge") {
				g.Edges = append(g.Edges, Edge{a, b})
			}
		}
	}
	if rapid.Bool().Draw(t, "judged") {
		g.Rationale = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "rationale")
	}
	return g
}

// Texts are no graphs, and no verb takes one for the other.
func TestKindsOfRowsAreToldApart(t *testing.T) {
	graphs, texts := writtenGraphs(t, triangle()), openSmall(t)
	if _, err := graphs.splits["train"].Text(0); err == nil || !strings.Contains(err.Error(), "dataset graphs: it holds graphs, and texts are needed") {
		t.Errorf("%v", err)
	}
	if _, err := texts.splits["train"].Graph(0); err == nil || !strings.Contains(err.Error(), "dataset small: it holds texts, and graphs are needed") {
		t.Errorf("%v", err)
	}
	if graphs.Meta().Kind() != "graphs" || texts.Meta().Kind() != "texts" {
		t.Errorf("%s and %s", graphs.Meta().Kind(), texts.Meta().Kind())
	}
	_, err := Write(t.Context(), t.TempDir(), graphMeta("x", 2), map[string]Rows{"train": rowsOf(madeUp(1, 1))})
	if err == nil || !strings.Contains(err.Error(), "train, row 0 (\"made.jsonl:0\"): kind of row: it is a text") {
		t.Errorf("%v", err)
	}
	_, err = WriteGraphs(t.Context(), t.TempDir(), madeMeta("x"), map[string]GraphRows{"test": graphsOf(triangle())})
	if err == nil || !strings.Contains(err.Error(), "test, row 0 (\"a\"): kind of row: it is a graph") {
		t.Errorf("%v", err)
	}
}

// The file of a split says what it is, and equal graphs of two splits are counted.
func TestGraphFilesSayWhatTheyAre(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "g"), triangle()
	other.Label, other.ID, other.Rationale = 0, "b", nil
	meta, err := WriteGraphs(t.Context(), dir, graphMeta("g", 2), map[string]GraphRows{"train": graphsOf(triangle()), "test": graphsOf(other)})
	if err != nil {
		t.Fatal(err)
	}
	if stated := fileMetadata(t, filepath.Join(dir, "train.arrow")); stated["schema"] != graphSchemaName || stated["licence"] != "none" || stated["rows"] != "1" {
		t.Errorf("%v", stated)
	}
	if meta.SharedTexts["train/test"] != 1 {
		t.Errorf("shared: %v", meta.SharedTexts)
	}
}

func TestDescribeGraphs(t *testing.T) {
	bare := Graph{ID: "b", Nodes: 2, Features: []float32{1, 1, 1, 1}}
	stats, err := Describe(t.Context(), writtenGraphs(t, triangle(), bare))
	if err != nil {
		t.Fatal(err)
	}
	want := []GraphStats{
		{Name: "train", Rows: 2, PerClass: []int{1, 1}, MeanNodes: 3, MeanEdges: 1.5, Largest: 4, GoldShare: 0.75, WithoutRationale: 1},
		{Name: "dev", PerClass: []int{0, 0}}, {Name: "test", PerClass: []int{0, 0}},
	}
	if diff := cmp.Diff(want, stats.Graphs); diff != "" || stats.Splits != nil {
		t.Errorf("%s%v", diff, stats.Splits)
	}
}

// tinyGraphs have everything that a graph can have, or lack.
func tinyGraphs() []Row {
	bare, large := Graph{ID: "größe", Nodes: 1, Features: []float32{0, -1}}, Graph{ID: "", Nodes: 30, Label: 1, Features: make([]float32, 60), Rationale: make([]bool, 30)}
	for i := range int32(29) {
		large.Edges = append(large.Edges, Edge{i, i + 1})
	}
	first := triangle()
	return []Row{&first, &bare, &large}
}

func readHostileGraphs(t testing.TB, raw []byte, rows int) error {
	t.Helper()
	return readHostileAs(t, &hostileGraphs, raw, rows, func(s *Split, i int) (Row, error) {
		graph, err := s.Graph(i)
		return &graph, err
	})
}

func TestHostileGraphFiles(t *testing.T) {
	whole := fileOf(t, &hostileGraphs, tinyGraphs())
	if err := readHostileGraphs(t, whole, 3); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(8, 8))
	refused := 0
	const inputs = 5_000
	for range inputs {
		if readHostileGraphs(t, mutate(random, whole), 3) != nil {
			refused++
		}
	}
	if refused < inputs/2 {
		t.Errorf("only %d of %d changed files were refused", refused, inputs)
	}
}

func FuzzGraphFile(f *testing.F) {
	f.Add(fileOf(f, &hostileGraphs, tinyGraphs()))
	f.Fuzz(func(t *testing.T, raw []byte) { readHostileGraphs(t, raw, 3) })
}

// What Arrow can hold but no import stores is refused where it is read, and files of
// texts are no files of graphs.
func TestUnsoundGraphsAreRefusedWhereTheyAreRead(t *testing.T) {
	g := triangle()
	g.Edges[1] = Edge{0, 9}
	if err := readHostileGraphs(t, fileOf(t, &hostileGraphs, []Row{&g}), 1); err == nil || !strings.Contains(err.Error(), "row 0: edge out of range") {
		t.Errorf("%v", err)
	}
	if err := readHostileGraphs(t, tinyFile(t, tinyTexts), 3); err == nil || !strings.Contains(err.Error(), `expected "nodes"`) {
		t.Errorf("%v", err)
	}
}
