package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/motifs"
)

// splitGraphs are all graphs of a split.
func splitGraphs(t testing.TB, set *datasets.Set, name string) []datasets.Graph {
	t.Helper()
	split, err := set.Split(name)
	if err != nil {
		t.Fatal(err)
	}
	var graphs []datasets.Graph
	for i := range split.Len() {
		graph, err := split.Graph(i)
		if err != nil {
			t.Fatal(err)
		}
		graphs = append(graphs, graph)
	}
	return graphs
}

// graphRows wants splits of these sizes, with so many numbers for each node.
func graphRows(t *testing.T, set *datasets.Set, features, train, dev, test int) {
	t.Helper()
	if g := set.Meta().Graphs; g == nil || g.Features != features {
		t.Errorf("graphs %+v; want %d features", g, features)
	}
	for i, s := range mustDescribe(t, set).Graphs {
		if want := []int{train, dev, test}[i]; s.Rows != want {
			t.Errorf("%s: %d rows; want %d", s.Name, s.Rows, want)
		}
	}
}

// What is stored is what was made, under the classes that it was made with.
func TestGeneratedGraphs(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "ba2motifs", Name: "ba", Seed: 4, Options: options("train=70", "dev=10", "test=6")})
	graphRows(t, set, 10, 70, 10, 6)
	if diff := cmp.Diff(motifs.BA2Motif(4, "dev", 7), splitGraphs(t, set, "dev")[7]); diff != "" {
		t.Error(diff)
	}
	if m := set.Meta(); len(m.Sources) != 0 || !cmp.Equal(m.Classes, motifs.BA2Motifs) || m.Splits["train"].RationaleNodes != 350 {
		t.Errorf("meta %+v", m)
	}

	set = mustImport(t, ImportOptions{Format: "goodmotif", Name: "g", Seed: 2, Options: options("train=20", "dev=10", "test=10")})
	graphRows(t, set, 1, 20, 10, 10)
	if diff := cmp.Diff(motifs.Shifts[0].GOODMotif(2, "test", motifs.Inside, 3), splitGraphs(t, set, "test")[3]); diff != "" {
		t.Error(diff)
	}
	set = mustImport(t, ImportOptions{Format: "goodmotif", Name: "g", Options: options("shift=concept", "outside=true", "train=5", "dev=5", "test=5")})
	if diff := cmp.Diff(motifs.Shifts[1].GOODMotif(0, "test", motifs.OutsideTest, 3), splitGraphs(t, set, "test")[3]); diff != "" {
		t.Error(diff)
	}
}

// The published sizes are those of DATA §7.
func TestPublishedSizes(t *testing.T) {
	for what, want := range map[string][3]int{
		"shift=covariate": {18000, 3000, 3000}, "shift=concept": {12600, 2700, 2700}, "shift=size": {18000, 3000, 3000}, "shift=none": {18000, 6000, 6000},
	} {
		format, err := Find("goodmotif")
		if err != nil {
			t.Fatal(err)
		}
		values, err := format.settings(options(what))
		if err != nil {
			t.Fatal(err)
		}
		in := &Intake{options: values}
		shift, err := in.shift()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := in.rowsOr(shift.Rows); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", what, got, err, want)
		}
	}
}

func TestGeneratedGraphsRefuse(t *testing.T) {
	for _, c := range []struct {
		opts ImportOptions
		want string
	}{
		{ImportOptions{Format: "ba2motifs", Sources: []string{"x"}}, "leave x out"},
		{ImportOptions{Format: "ba2motifs", Split: "dev=0.1"}, "leave the split rule out"},
		{ImportOptions{Format: "ba2motifs", Options: options("train=-1")}, "train=-1: expected a whole number"},
		{ImportOptions{Format: "goodmotif", Options: options("shift=covariat")}, "did you mean covariate?"},
		{ImportOptions{Format: "goodmotif", Options: options("outside=yes")}, "outside=yes: expected true or false"},
		{ImportOptions{Format: "goodmotif", Options: options("outside=true", "shift=none")}, "nothing outside"},
		{ImportOptions{Format: "goodmotif", Options: options("test=many")}, "test=many: expected a whole number"},
	} {
		c.opts.Name = "x"
		if got := importError(t, c.opts); !strings.Contains(got, c.want) {
			t.Errorf("%s; want %q", got, c.want)
		}
	}
}

// A format that delivers another kind of row than it says is at fault, and nothing is
// stored.
func TestKindOfDeliveredRows(t *testing.T) {
	in := &Intake{format: &Format{Name: "toys", Graphs: true}}
	if err := in.check(&Example{Text: datasets.Text{Tokens: fields("a")}}); err == nil || !strings.Contains(err.Error(), "format toys") {
		t.Errorf("%v", err)
	}
	in.format.Graphs = false
	if err := in.check(&Example{Graph: &datasets.Graph{}}); err == nil || !strings.Contains(err.Error(), "another kind") {
		t.Errorf("%v", err)
	}
}
