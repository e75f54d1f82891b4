package formats

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
)

// toyTU are two molecules: a triangle with a tail, whose first edge is marked, and a
// pair.
func toyTU() map[string]string {
	return map[string]string{
		"toy_graph_indicator.txt": "1\n1\n1\n1\n2\n2\n",
		"toy_graph_labels.txt":    "1\n-1\n",
		"toy_A.txt":               "1, 2\n2, 1\n2, 3\n3, 2\n1, 3\n3, 1\n4, 3\n3, 4\n5, 6\n6, 5\n",
		"toy_node_labels.txt":     "7\n0\n0\n3\n0\n7\n",
		"toy_edge_gt.txt":         "1\n1\n0\n0\n0\n0\n0\n0\n0\n0\n",
		"toy_edge_labels.txt":     strings.Repeat("0\n", 10),
	}
}

func TestTU(t *testing.T) {
	dir := tree(t, toyTU())
	set := mustImport(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{dir}})
	graphRows(t, set, 3, 2, 0, 0)
	want := []datasets.Graph{
		{
			ID: "toy_graph_labels.txt:1", Nodes: 4, Label: 1, Edges: []datasets.Edge{{0, 1}, {0, 2}, {1, 2}, {2, 3}},
			Features: []float32{0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0}, Rationale: []bool{true, true, false, false},
		},
		{ID: "toy_graph_labels.txt:2", Nodes: 2, Edges: []datasets.Edge{{0, 1}}, Features: []float32{1, 0, 0, 0, 0, 1}},
	}
	if diff := cmp.Diff(want, splitGraphs(t, set, "train")); diff != "" {
		t.Error(diff)
	}
	if m := set.Meta(); !cmp.Equal(m.Classes, []string{"-1", "1"}) || len(m.Sources) != 5 {
		t.Errorf("classes %v, sources %v", m.Classes, m.Sources)
	}
}

// Features are labels, attributes, both or a constant.
func TestTUFeatures(t *testing.T) {
	attributes := "0.5, 1\n-2,0\n1e-1, 3\n0,0\n0,0\n1,1\n"
	for what, c := range map[string]struct {
		files map[string]string // "" leaves one out
		want  []float32         // of the second graph
	}{
		"none":       {map[string]string{"toy_node_labels.txt": ""}, []float32{1, 1}},
		"attributes": {map[string]string{"toy_node_labels.txt": "", "toy_node_attributes.txt": attributes}, []float32{0, 0, 1, 1}},
		"both":       {map[string]string{"toy_node_attributes.txt": attributes}, []float32{1, 0, 0, 0, 0, 0, 0, 1, 1, 1}},
	} {
		set := mustImport(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{tree(t, changed(toyTU(), c.files))}})
		if got := splitGraphs(t, set, "train")[1].Features; !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v; want %v", what, got, c.want)
		}
	}
	set := mustImport(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{tree(t, changed(toyTU(), map[string]string{"toy_edge_gt.txt": ""}))}})
	if g := splitGraphs(t, set, "train")[0]; g.Rationale != nil {
		t.Errorf("nobody marked %v", g.Rationale)
	}
}

// changed puts other contents in the place of some files; an empty one takes the file
// away.
func changed(files, other map[string]string) map[string]string {
	maps.Copy(files, other)
	maps.DeleteFunc(files, func(_, content string) bool { return content == "" })
	return files
}

func TestTUFaults(t *testing.T) {
	for _, c := range []struct{ file, content, want string }{
		{"toy_A.txt", "1, 2\n2, 9\n", "toy_A.txt:2: edge out of range: node 9; expected 1 to 6"},
		{"toy_A.txt", "0, 1\n", "toy_A.txt:1: edge out of range: node 0"},
		{"toy_A.txt", "4, 5\n", "toy_A.txt:1: edge between graphs: nodes 4 and 5 are of graphs 1 and 2"},
		{"toy_A.txt", "3, 3\n", "toy_A.txt:1: loop: an edge joins node 3 to itself"},
		{"toy_A.txt", "1 2\n", "toy_A.txt:1: wrong form: 1 fields; expected the numbers of two nodes"},
		{"toy_A.txt", "1, x\n", `toy_A.txt:1: wrong form: " x"; expected a whole number`},
		{"toy_A.txt", "1, 99999999999999999999\n", "expected a whole number"},
		{"toy_A.txt", "", "toy_A.txt"},
		{"toy_graph_indicator.txt", "", "toy_graph_indicator.txt"},
		{"toy_graph_indicator.txt", "1\n1\n3\n", "toy_graph_indicator.txt:3: graph out of order: node 3 is of graph 3, behind 1 graphs; expected graphs counted from 1"},
		{"toy_graph_indicator.txt", "0\n", "node 1 is of graph 0, behind 0 graphs"},
		{"toy_graph_labels.txt", "1\n", "toy_graph_labels.txt has 1 lines, and"},
		{"toy_graph_labels.txt", "1\n0\n1\n", "graph 3 has a class and no node"},
		{"toy_graph_labels.txt", "1\n\n", "toy_graph_labels.txt:2: empty label: expected the class of graph 2"},
		{"toy_node_labels.txt", "1\n2\n", "toy_node_labels.txt has 2 lines or more, and there are 6 nodes"},
		{"toy_node_labels.txt", "1,2\n", "toy_node_labels.txt:1: wrong form: 2 fields"},
		{"toy_node_attributes.txt", "1,2\n1\n", "toy_node_attributes.txt:2: node features: 1 numbers; expected 2"},
		{"toy_node_attributes.txt", "1\n", "toy_node_attributes.txt has 1 lines or more, and there are 6 nodes"},
		{"toy_node_attributes.txt", "a\n", `toy_node_attributes.txt:1: wrong form: "a"; expected a number`},
		{"toy_node_attributes.txt", "1\nNaN\n1\n1\n1\n1\n", "toy_graph_labels.txt:1: node features: node 1 has a feature that is no number"},
		{"toy_edge_gt.txt", "1\n0\n", "toy_edge_gt.txt has 2 lines or more, and there are 10 edges"},
		{"toy_edge_gt.txt", strings.Repeat("0\n", 11), "toy_edge_gt.txt has 11 lines or more, and there are 10 edges"},
		{"toy_edge_gt.txt", "2\n", "toy_edge_gt.txt:1: mark of an edge: 2; expected 0 or 1"},
	} {
		dir := tree(t, changed(toyTU(), map[string]string{c.file: c.content}))
		if got := importError(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{dir}}); !strings.Contains(got, c.want) {
			t.Errorf("%s %q: %s; want %q", c.file, c.content, got, c.want)
		}
	}
}

// A folder is known by the ending of its files; without one it says what is missing.
func TestTUSources(t *testing.T) {
	dir := tree(t, toyTU())
	mustImport(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{filepath.Join(dir, "toy_graph_labels.txt")}})
	for source, want := range map[string]string{
		t.TempDir():                     "holds none of *_graph_labels.txt",
		filepath.Join(dir, "toy_A.txt"): "expected the folder of a TU dataset, or its NAME_graph_labels.txt",
	} {
		if got := importError(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{source}}); !strings.Contains(got, want) {
			t.Errorf("%s; want %q", got, want)
		}
	}
	set := mustImport(t, ImportOptions{Format: "tu", Name: "toy", Sources: []string{tree(t, manyTU(40))}, Split: "dev=0.25,test=0.25", Seed: 3})
	graphRows(t, set, 1, 20, 10, 10)
}

// manyTU are n graphs of one edge each.
func manyTU(n int) map[string]string {
	var indicator, edges, labels strings.Builder
	for i := range n {
		fmt.Fprintf(&indicator, "%d\n%d\n", i+1, i+1)
		fmt.Fprintf(&edges, "%d, %d\n", 2*i+1, 2*i+2)
		fmt.Fprintf(&labels, "%d\n", i%2)
	}
	return map[string]string{"x_graph_indicator.txt": indicator.String(), "x_A.txt": edges.String(), "x_graph_labels.txt": labels.String()}
}

func FuzzTU(f *testing.F) {
	toy := toyTU()
	f.Add(toy["toy_graph_indicator.txt"], toy["toy_A.txt"], toy["toy_node_labels.txt"], toy["toy_edge_gt.txt"])
	f.Fuzz(func(t *testing.T, indicator, edges, labels, marks string) {
		dir := t.TempDir()
		for name, content := range map[string]string{
			tuIndicator: indicator, tuEdges: edges, tuNodeLabels: labels, tuMarked: marks, tuLabels: "0\n1\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, "x"+name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fuzzSources(t, ImportOptions{Format: "tu", Sources: []string{dir}}, t.TempDir(), []byte(edges))
	})
}
