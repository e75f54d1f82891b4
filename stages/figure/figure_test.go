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

// run writes the records of a run of a method, two epochs long.
func run(t *testing.T, method string, seed int64) string {
	t.Helper()
	dir := t.TempDir()
	var records []plots.Record
	for epoch := 1; epoch <= 2; epoch++ {
		records = append(records, plots.Record{
			Stage: "train", Dataset: "tiny", Method: method, Encoder: "gru", Seed: seed, Epoch: epoch,
			Split: "dev", Mask: "sampled", Metric: "asr", Value: .1*float64(epoch) + .05*float64(seed),
		})
	}
	if err := train.WriteRecords(filepath.Join(dir, train.RecordsFile), records); err != nil {
		t.Fatal(err)
	}
	return dir
}

// spec draws the attack success rate of two methods.
func spec() plots.CurvesSpec {
	line := func(method string) plots.LineSpec {
		return plots.LineSpec{Name: method, Selector: plots.Selector{Method: method, Metric: "asr", Split: "dev"}}
	}
	return plots.CurvesSpec{Title: "ASR", YLabel: "ASR", YMax: 1, Lines: []plots.LineSpec{line("RNP"), line("RNP+A2I")}}
}

func TestDraws(t *testing.T) {
	inputs := map[string]string{"run000": run(t, "RNP", 1), "run001": run(t, "RNP", 2), "run002": run(t, "RNP+A2I", 1)}
	stage := figure.New(figure.Params{Name: "fig", Spec: spec()})
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
		behind[r.Run]++
	}
	for role, dir := range inputs {
		if behind[filepath.Base(dir)] != 2 {
			t.Errorf("%d records name %s; want 2", behind[filepath.Base(dir)], role)
		}
	}
}

func TestMissingRuns(t *testing.T) {
	damaged := run(t, "RNP+A2I", 1)
	if err := train.WriteRecords(filepath.Join(damaged, train.RecordsFile), nil); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		inputs map[string]string
		want   []string
	}{
		{"no run of a method", map[string]string{"run000": run(t, "RNP", 1)}, []string{"figure fig", "RNP+A2I"}},
		{"a run without numbers", map[string]string{"run000": run(t, "RNP", 1), "run001": damaged}, []string{"figure fig", "RNP+A2I"}},
		{"a folder without records", map[string]string{"run000": t.TempDir()}, []string{train.RecordsFile}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := figure.New(figure.Params{Name: "fig", Spec: spec()}).Run(context.Background(), stagetest.Env(t, tc.inputs))
			for _, want := range tc.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v; want %q in it", err, want)
				}
			}
		})
	}
}
