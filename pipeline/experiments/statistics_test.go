package experiments

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rationale/datasets/formats"
	"rationale/pipeline/engine"
	"rationale/plots"
)

// importRows imports files as a dataset of the lab.
func importRows(t *testing.T, l *Lab, o formats.ImportOptions, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		o.Sources = append(o.Sources, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(o.Sources)
	if _, err := formats.Import(t.Context(), l.opts.Data, o, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.findDatasets(); err != nil {
		t.Fatal(err)
	}
}

// TestStatisticsNeedNothingElse: datasets that no run can be made on, for want of
// word vectors or of development texts, are counted; a batch that trains as well
// leaves them out of the runs alone.
func TestStatisticsNeedNothingElse(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	importRows(t, l, formats.ImportOptions{Format: "jsonl", Name: "toys"}, map[string]string{"train.jsonl": `{"text": "tea", "label": "good"}` + "\n"})
	for _, names := range [][]string{{"a2i-table5"}, {"a2i-table5", "a2i-fig3"}} {
		b, err := l.Reproduce(names)
		if err != nil {
			t.Fatal(err)
		}
		counted := b.counts()
		if !slices.ContainsFunc(counted, func(c Counted) bool { return c.Dataset == "toys" }) || len(counted) != 4 {
			t.Errorf("%v count %v", names, counted)
		}
		if left := len(b.LeftOut) > 0; left != (len(names) > 1) {
			t.Errorf("%v leave out %v", names, b.LeftOut)
		}
	}
	if _, err := l.Reproduce([]string{"a2i-table5"}, "toys"); err != nil {
		t.Error(err)
	}
	if _, err := l.Reproduce([]string{"a2i-table5", "a2i-fig3"}, "toys"); err == nil {
		t.Error("runs are planned on a dataset without development texts")
	}
}

// TestWhatThePapersCall: their own data has the name of their tables, in an
// experiment about it, and Table 5 has ten numbers of each.
func TestWhatThePapersCall(t *testing.T) {
	values, err := paperValues()
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	for _, v := range values {
		if v.Table == "Table5" {
			numbers[v.Dataset]++
		}
	}
	table5, err := read("a2i-table5.toml")
	if err != nil {
		t.Fatal(err)
	}
	l := withSets(newTestLab(t, Options{}), "b0 beer appearance", "b1 beer aroma", "b2 beer palate",
		"h0 hotel location", "h1 hotel service", "h2 hotel cleanliness", "other beer palate derived")
	for _, dataset := range []string{"b0", "b1", "b2", "h0", "h1", "h2"} {
		if got := l.shown(dataset, table5); !got.Paper || numbers[got.PaperName] != 10 {
			t.Errorf("%s: %d numbers of %q; want 10", dataset, numbers[got.PaperName], got.PaperName)
		}
	}
	for _, dataset := range []string{"other", "generated-aroma"} {
		if got := l.shown(dataset, table5); got.Paper || got.PaperName != "" {
			t.Errorf("%s passes for the paper's %q", dataset, got.PaperName)
		}
	}
}

// TestLostCounts: a dataset that could not be counted is left out of the table.
func TestLostCounts(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	b, err := l.Reproduce([]string{"a2i-table5"})
	if err != nil {
		t.Fatal(err)
	}
	lost := b.counts()[0]
	rest := b.Without(func(n *engine.Node) bool { return n == lost.Node })
	if got := rest.counts(); len(got) != len(b.counts())-1 || slices.Contains(got, lost) {
		t.Errorf("counted: %v", got)
	}
	if shown := rest.Experiments[0].Datasets; slices.ContainsFunc(shown, func(d plots.DatasetSpec) bool { return d.Name == lost.Dataset }) {
		t.Errorf("%s is shown", lost.Dataset)
	}
	if rest := b.Without(func(*engine.Node) bool { return true }); len(rest.Experiments) > 0 {
		t.Error("a table of nothing is left")
	}
}
