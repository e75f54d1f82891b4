package figure_test

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/plots"
	"rationale/stages/figure"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

// run writes the numbers of a run, two epochs long.
func run(t *testing.T, start float64) string {
	t.Helper()
	dir := t.TempDir()
	var records []plots.Record
	for epoch := 1; epoch <= 2; epoch++ {
		records = append(records, plots.Record{
			Stage: "train", Split: "dev", Mask: "sampled", Metric: "asr", Epoch: epoch, Value: start + .1*float64(epoch),
		})
	}
	if err := train.WriteRecords(filepath.Join(dir, train.RecordsFile), records); err != nil {
		t.Fatal(err)
	}
	return dir
}

// params draw the attack success rate of two methods.
func params() figure.Params {
	line := func(method string) plots.LineSpec {
		return plots.LineSpec{Name: method, Selector: plots.Selector{"method": method, "metric": "asr", "split": "dev"}}
	}
	labels := func(method, seed string) plots.Labels {
		return plots.Labels{"dataset": "tiny", "method": method, "seed": seed}
	}
	return figure.Params{
		Name: "fig",
		Figure: plots.FigureEntry{Kind: "curves", Spec: plots.CurvesSpec{
			Title: "ASR", YLabel: "ASR", YMax: 1, Lines: []plots.LineSpec{line("RNP"), line("RNP+A2I")},
		}},
		Datasets: []plots.DatasetSpec{{Name: "tiny"}},
		Labels:   map[string]plots.Labels{"run000": labels("RNP", "1"), "run001": labels("RNP", "2"), "run002": labels("RNP+A2I", "1")},
	}
}

func TestDraws(t *testing.T) {
	inputs := map[string]string{"run000": run(t, .1), "run001": run(t, .2), "run002": run(t, 0)}
	stage := figure.New(params())
	dir := stagetest.Run(t, stage, inputs)
	stagetest.SameFiles(t, stagetest.Run(t, stage, inputs), dir)

	files := stagetest.Files(t, dir)
	for name, start := range map[string]string{"fig.png": "\x89PNG", "fig.svg": "<", "fig.pdf": "%PDF", train.RecordsFile: "dataset,"} {
		if !strings.HasPrefix(string(files[name]), start) {
			t.Errorf("%s begins with %.8q", name, files[name])
		}
	}
	if len(files) != 4 {
		t.Errorf("files %v", slices.Sorted(maps.Keys(files)))
	}
	records, err := plots.ReadRecords(bytes.NewReader(files[train.RecordsFile]), train.RecordsFile)
	if err != nil {
		t.Fatal(err)
	}
	behind := map[string]int{}
	for _, r := range records {
		behind[r.Run+": "+r.Labels.String()]++
	}
	for role, dir := range inputs {
		name := filepath.Base(dir) + ": " + params().Labels[role].String()
		if behind[name] != 2 {
			t.Errorf("%d records are of %s; want 2", behind[name], name)
		}
	}
}

func TestMissingRuns(t *testing.T) {
	empty := t.TempDir()
	if err := train.WriteRecords(filepath.Join(empty, train.RecordsFile), nil); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		inputs map[string]string
		want   []string
	}{
		{"no run of a method", map[string]string{"run000": run(t, 0)}, []string{"figure fig", "RNP+A2I"}},
		{"a run without numbers", map[string]string{"run000": run(t, 0), "run002": empty}, []string{"figure fig", "RNP+A2I"}},
		{"a folder without records", map[string]string{"run000": t.TempDir()}, []string{train.RecordsFile}},
		{"a run without labels", map[string]string{"run003": run(t, 0)}, []string{"figure fig", "run003"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := figure.New(params()).Run(context.Background(), stagetest.Env(t, tc.inputs))
			for _, want := range tc.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v; want %q in it", err, want)
				}
			}
		})
	}
}
