package experiments

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"rationale/plots"
)

func TestLabelsOfARun(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	for _, tc := range []struct {
		method string
		set    map[string]string
		want   string
	}{
		{"RNP", nil, `dataset="generated-aroma", method="RNP", encoder="gru", sparsity="0.18", seed="1"`},
		{"RNP", map[string]string{"sparsity": "0.10"}, `dataset="generated-aroma", method="RNP", encoder="gru", sparsity="0.1", seed="1"`},
		{"RNP", map[string]string{"epochs": "3", "attack": "false", "batch": "64"}, `dataset="generated-aroma", method="RNP", variant="attack=false epochs=3", encoder="gru", sparsity="0.18", seed="1"`},
		{"classifier", nil, `dataset="generated-aroma", method="classifier", encoder="gru", seed="1"`},
		{"classifier", map[string]string{"class_weight": "0.5"}, `dataset="generated-aroma", method="classifier", variant="class_weight=0.5", encoder="gru", seed="1"`},
	} {
		r, err := l.Run(RunSpec{Method: tc.method, Dataset: "generated-aroma", Seed: 1, Set: tc.set})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Labels.String(); got != tc.want {
			t.Errorf("%s %v is %s\nwant %s", tc.method, tc.set, got, tc.want)
		}
	}
}

// overSparsities is an experiment as a file would have it.
const overSparsities = `
name = "toy"
[[runs]]
method = "RNP"
set = { sparsity = 0.1 }
[[runs]]
method = "RNP"
set = { sparsity = 0.2 }
[[runs]]
method = "RNP"
set = { sparsity = 0.20 }
[[runs]]
method = "classifier"

[[tables]]
kind = "comparison"
labels = ["Method", "s"]
[[tables.rows]]
labels = ["RNP", "0.1"]
method = "RNP"
sparsity = 0.1
[[tables.rows]]
labels = ["RNP", "0.2"]
method = "RNP"
sparsity = 0.2
[[tables.metrics]]
name = "F1"
metric = "f1"
`

// toy is an experiment as a file has it.
func toy(t *testing.T, file string) (e Experiment) {
	t.Helper()
	if _, err := toml.Decode(file, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// toyPlanned plans the toy experiment with two seeds.
func toyPlanned(t *testing.T, file string) Planned {
	t.Helper()
	p, err := newTestLab(t, Options{Profile: "smoke", Seeds: 2}).experiment(part{Experiment: toy(t, file), datasets: []string{"generated-aroma"}}, map[string]*Run{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRunsAreCalledApart: what runs are called is short, and longer only where
// two would have one name.
func TestRunsAreCalledApart(t *testing.T) {
	p := toyPlanned(t, overSparsities)
	tellApart(p.Runs)
	var got []string
	for _, r := range p.Runs {
		got = append(got, r.Train.Label)
	}
	want := []string{
		"train RNP on generated-aroma, seed 1, sparsity 0.1", "train RNP on generated-aroma, seed 2, sparsity 0.1",
		"train RNP on generated-aroma, seed 1, sparsity 0.2", "train RNP on generated-aroma, seed 2, sparsity 0.2",
		"train classifier on generated-aroma, seed 1", "train classifier on generated-aroma, seed 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// measured are made-up numbers of the experiment's runs that select.
func measured(p Planned) []plots.Record {
	var records []plots.Record
	for i, r := range p.Runs {
		if r.Method.Selects() {
			one := []plots.Record{{Stage: "evaluate", Split: "test", Metric: "f1", Epoch: 2, Selected: true, Value: .5 + .02*float64(i)}}
			plots.Label(one, r.Train.Label, r.Labels)
			records = append(records, one...)
		}
	}
	return records
}

// TestTableOverSparsities: two sparsities with two seeds each are two rows of
// mean and deviation.
func TestTableOverSparsities(t *testing.T) {
	p := toyPlanned(t, overSparsities)
	tables, err := p.fill(measured(p))
	if err != nil {
		t.Fatal(err)
	}
	want := []plots.GridRow{
		plots.PlainRow("aroma (generated)", "RNP", "0.1", "F1", "–", "51.0 ± 1.4 (2 seeds)", "–"),
		plots.PlainRow("aroma (generated)", "RNP", "0.2", "F1", "–", "55.0 ± 1.4 (2 seeds)", "–"),
	}
	if diff := cmp.Diff(want, tables[0].Grids[0].Rows); diff != "" || tables[0].Name != "toy" {
		t.Errorf("table %s: %s", tables[0].Name, diff)
	}
}

func TestAmbiguousTable(t *testing.T) {
	p := toyPlanned(t, strings.Replace(overSparsities, "method = \"RNP\"\nsparsity = 0.1", `method = "RNP"`, 1))
	tellApart(p.Runs)
	_, err := p.fill(measured(p))
	for _, want := range []string{"table toy", `run "train RNP on generated-aroma, seed 1, sparsity 0.1"`, "sparsity 0.2", "say which sparsity is meant"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}

func TestEntriesNeedNames(t *testing.T) {
	twice := "[[figures]]\nkind = \"curves\"\n"
	for text, want := range map[string]string{
		twice + twice: "toy: 2 figures would be called toy; give them names",
		twice + "[[figures]]\nkind = \"curves\"\nname = \"more\"\n[[tables]]\nkind = \"claims\"\n": "",
	} {
		e := Experiment{Name: "toy", Own: "own-toy"}
		if _, err := toml.Decode(text, &e); err != nil {
			t.Fatal(err)
		}
		if err := e.checkNames(); want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: error %v; want %q", text, err, want)
		}
	}
}
