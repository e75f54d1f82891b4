package graphs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages/examples/graphs"
)

// readerOf is a reader of a dataset with these features of nodes, each of one number.
func readerOf(t testing.TB, features ...float32) *graphs.Reader {
	t.Helper()
	r, err := graphs.OpenReader(imported(t, 1, datasets.Graph{ID: "a", Nodes: len(features), Features: features}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPrepare: a graph of a user's is read whichever way its edges are written, and of
// nodes that are all alike their number is enough.
func TestPrepare(t *testing.T) {
	alike, two := readerOf(t, .1), readerOf(t, 1, .5)
	for _, c := range []struct {
		reader     *graphs.Reader
		text, want string
	}{
		{alike, `{"edges": [[1, 0], [0, 1], [1, 2]]}`, "3 [[0 1] [1 2]] [1 1 1]"},
		{alike, `{"edges": [[1, 0]], "nodes": 4, "label": "x"}`, "4 [[0 1]] [1 1 1 1]"},
		{alike, `{"nodes": 1, "edges": []}`, "1 [] [1]"},
		{two, `{"edges": [[0, 2]], "features": [[0.5], [1], [0.5]]}`, "3 [[0 2]] [2 1 2]"},
	} {
		g, err := c.reader.Prepare(c.text)
		if got := fmt.Sprint(g.Nodes, g.Edges, g.Kinds); err != nil || got != c.want || g.Label != -1 {
			t.Errorf("%s: %s, error %v; want %s", c.text, got, err, c.want)
		}
	}
}

// TestRead: a graph in a dataset's form is one whose nodes the model knows.
func TestRead(t *testing.T) {
	r := readerOf(t, 1, .5)
	g, err := r.Read(datasets.Graph{ID: "b", Nodes: 2, Edges: []datasets.Edge{{0, 1}}, Features: []float32{.5, 1}, Label: 70})
	if got := fmt.Sprint(g.Nodes, g.Edges, g.Kinds); err != nil || got != "2 [[0 1]] [2 1]" {
		t.Errorf("%s, error %v", got, err)
	}
	for want, g := range map[string]datasets.Graph{
		"a node has 2 features; expected 1": {ID: "b", Nodes: 1, Features: []float32{1, 1}},
		"1001 nodes; expected 1 to 1000":    {ID: "b", Nodes: 1001, Features: make([]float32, 1001)},
		"features that no node of dataset":  {ID: "b", Nodes: 1, Features: []float32{7}},
		"joins node 0 to itself":            {ID: "b", Nodes: 1, Edges: []datasets.Edge{{0, 0}}, Features: []float32{1}},
	} {
		if _, err := r.Read(g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestWhatPrepareRefuses(t *testing.T) {
	alike, two := readerOf(t, .1), readerOf(t, 1, .5)
	for _, c := range []struct {
		reader     *graphs.Reader
		text, want string
	}{
		{alike, ``, "expected an object such as"},
		{alike, `[[0, 1]]`, "expected an object such as"},
		{alike, `{"nodes": 3}`, `no "edges"`},
		{alike, `{"edges": null}`, `no "edges"`},
		{alike, `{"edges": [[0, 1]], "Edges": []}`, "stands twice"},
		{alike, `{"edges": [[0, null]]}`, "null"},
		{alike, `{"edges": [[0, 1.5]]}`, "expected an object such as"},
		{alike, `{"edges": [[0, 1], [0]]}`, "edge 2 joins 1 nodes; expected two"},
		{alike, `{"edges": [[0, 1, 2]]}`, "edge 1 joins 3 nodes"},
		{alike, `{"edges": [[3, 3]]}`, "joins node 3 to itself"},
		{alike, `{"edges": [[-1, 0]]}`, "an edge joins nodes -1 and 0"},
		{alike, `{"edges": [[0, 7]], "nodes": 3}`, "an edge joins nodes 0 and 7 of a graph with nodes 0 to 2"},
		{alike, `{"edges": []}`, "0 nodes; expected 1 to 1000"},
		{alike, `{"edges": [], "nodes": -1}`, "-1 nodes; expected 1 to 1000"},
		{alike, `{"edges": [[0, 2000000000]]}`, "2000000001 nodes; expected 1 to 1000"},
		{alike, `{"edges": [], "nodes": 2, "features": [[0.1]]}`, `"nodes" is 2, and "features" has those of 1`},
		{alike, `{"edges": [], "features": [[0.1], []]}`, "node 1 has 0 features; expected 1, as in dataset shapes"},
		{alike, `{"edges": [], "features": [[0.2]]}`, "node 0 has features that no node of dataset shapes has, and that the model does not know: [0.2]"},
		{alike, `{"edges": [], "features": [[1e99]]}`, "expected an object such as"},
		{two, `{"edges": [[0, 1]]}`, `no "features"; a node has 1 numbers in dataset shapes`},
	} {
		if _, err := c.reader.Prepare(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v; want %q", c.text, err, c.want)
		}
	}
}

// exported writes what an exported folder has of graphs.
func exported(t *testing.T, r *graphs.Reader, dir string) graphs.Exported {
	t.Helper()
	features, err := r.Features()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, graphs.FeaturesFile), features, 0o644); err != nil {
		t.Fatal(err)
	}
	return r.Reading()
}

func TestWhatExportedFoldersLack(t *testing.T) {
	for content, want := range map[string]string{
		"1\n":      "has the features of 1 kinds of nodes; its reading says 2",
		"1\n1\n":   "the features of line 2 stand twice",
		"1\nx\n":   "line 2: ",
		"1\n1,2\n": "wrong number of fields",
	} {
		dir := t.TempDir()
		e := exported(t, readerOf(t, 1, .5), dir)
		if err := os.WriteFile(filepath.Join(dir, graphs.FeaturesFile), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := graphs.OpenExported(dir, e); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), graphs.FeaturesFile) {
			t.Errorf("%q: error %v; want %q", content, err, want)
		}
	}
	reading := filepath.Join(t.TempDir(), "reading.json")
	for content, want := range map[string]string{
		`{}`:                                   `kind ""; expected "graphs"`,
		`{"kind": "graphs", "classes": ["a"]}`: "1 classes; expected at least 2",
		`{"kind": "graphs", "classes": ["a", "b"], "kinds": 1}`:                           "1 kinds of nodes with 0 features",
		`{"kind": "graphs", "classes": ["a", "b"], "kinds": 1, "features": 1}`:            "no digests",
		`{"kind": "graphs", "classes": ["a", "b"], "kinds": 1, "features": 1, "more": 1}`: `unknown field "more"`,
	} {
		if err := os.WriteFile(reading, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := graphs.ReadExported(reading); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want %q", content, err, want)
		}
		if got := graphs.InFile(reading); got != strings.Contains(content, "graphs") {
			t.Errorf("%s is of graphs: %v", content, got)
		}
	}
}
