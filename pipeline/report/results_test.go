package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/plots"
	"rationale/plots/html"
)

// twoSparsities is a material whose RNP was trained at two sparsity targets.
func twoSparsities() Material {
	m := material("d")
	for i := range m.Runs {
		m.Runs[i].Labels = m.Runs[i].Labels.With("sparsity", "0.1")
	}
	for i, r := range m.Records {
		m.Records[i].Labels = r.Labels.With("sparsity", "0.1")
	}
	for _, r := range m.Runs {
		if r.Labels["method"] == "RNP" {
			r.ID, r.EvaluationID, r.Labels = r.ID+"b", r.EvaluationID+"b", r.Labels.With("sparsity", "0.2")
			r.Settings = [][2]string{{"epochs", "3"}}
			m.Runs = append(m.Runs, r)
		}
	}
	for _, r := range m.Records {
		if r.Labels["method"] == "RNP" {
			r.Run, r.Labels, r.Value = r.Run+"b", r.Labels.With("sparsity", "0.2"), r.Value+.2
			m.Records = append(m.Records, r)
		}
	}
	m.Experiments[0].Records = m.Records
	return m
}

func resultsOf(t *testing.T, m Material) html.Table {
	t.Helper()
	s, err := m.results()
	if err != nil {
		t.Fatal(err)
	}
	return s.Blocks[0].(html.Table)
}

// TestResultsHaveAColumnForEachKeyThatVaries: two sparsities are two rows, two
// seeds one.
func TestResultsHaveAColumnForEachKeyThatVaries(t *testing.T) {
	f1 := func(table html.Table) [][]string {
		var out [][]string
		for _, row := range append([][]string{table.Header}, table.Rows...) {
			out = append(out, append(row[:table.Labels+1:table.Labels+1], row[table.Labels+5]))
		}
		return out
	}
	want := [][]string{
		{"Dataset", "Method", "Mask", "Seeds", "F1"},
		{"d", "RNP", "argmax", "2", "40.0 ± 0.0"},
		{"d", "RNP+A2I", "argmax", "2", "50.0 ± 0.0"},
	}
	if diff := cmp.Diff(want, f1(resultsOf(t, material("d")))); diff != "" {
		t.Error(diff)
	}
	want = [][]string{
		{"Dataset", "Method", "Target s", "Mask", "Seeds", "F1"},
		{"d", "RNP", "0.1", "argmax", "2", "40.0 ± 0.0"},
		{"d", "RNP", "0.2", "argmax", "2", "60.0 ± 0.0"},
		{"d", "RNP+A2I", "0.1", "argmax", "2", "50.0 ± 0.0"},
	}
	if diff := cmp.Diff(want, f1(resultsOf(t, twoSparsities()))); diff != "" {
		t.Error(diff)
	}
}

// TestAmbiguousResult: where two runs have the same keys, the error names them
// and the settings in which they differ.
func TestAmbiguousResult(t *testing.T) {
	m := twoSparsities()
	for i, r := range m.Records {
		m.Records[i].Labels = r.Labels.With("sparsity", "")
	}
	err := m.Write(new(bytes.Buffer))
	for _, want := range []string{`run "evaluation of RNP1"`, `run "evaluation of RNP1b"`, "settings differ in epochs = 2 and 3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}

// TestAmbiguousClaim: a claim that could mean either sparsity is an error too.
func TestAmbiguousClaim(t *testing.T) {
	m := twoSparsities()
	m.Experiments[0].Claims[0].Selector = plots.Selector{"method": "RNP", "metric": "asr"}
	err := m.Write(new(bytes.Buffer))
	for _, want := range []string{`run "RNP1"`, `run "RNP1b"`, "say which sparsity is meant"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}

// TestExperimentOfTablesAlone is named although it has no picture.
func TestExperimentOfTablesAlone(t *testing.T) {
	m := material("d")
	m.Experiments[0].Figures = nil
	var page bytes.Buffer
	if err := m.Write(&page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "fig: Figure. After a paper.") || !strings.Contains(page.String(), "Numbers") {
		t.Error("the page lacks the experiment's name or its table")
	}
}

// TestKindsOfRuns: a run is called by its method, and by more where that says
// too little.
func TestKindsOfRuns(t *testing.T) {
	m := twoSparsities()
	var got []string
	for _, r := range m.Runs {
		got = append(got, m.kind(r))
	}
	want := []string{"RNP, sparsity 0.1", "RNP+A2I", "RNP, sparsity 0.1", "RNP+A2I", "RNP, sparsity 0.2", "RNP, sparsity 0.2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
