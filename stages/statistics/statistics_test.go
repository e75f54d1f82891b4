package statistics_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/plots"
	"rationale/stages/stagetest"
	"rationale/stages/statistics"
	"rationale/stages/train"
)

// count runs the stage on a dataset in a folder of datasets.
func count(t *testing.T, dir, name string) map[string]float64 {
	t.Helper()
	set, err := datasets.Open(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	env := stagetest.Env(t, nil)
	env.Opened[statistics.DatasetRole] = set
	if err := statistics.New(statistics.Params{Dataset: name}).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	return numbers(t, env.Out)
}

// numbers are an output's values, as "split metric".
func numbers(t *testing.T, dir string) map[string]float64 {
	t.Helper()
	records, err := plots.ReadRecords(bytes.NewReader(stagetest.Files(t, dir)[train.RecordsFile]), train.RecordsFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, r := range records {
		if r.Stage != "statistics" || r.Epoch != 0 {
			t.Errorf("record %+v", r)
		}
		out[r.Split+" "+r.Metric] = r.Value
	}
	return out
}

// TestCounts: lengths and shares are those of texts cut at 256 tokens, shares are
// over all tokens of annotated texts, and an empty split has no numbers.
func TestCounts(t *testing.T) {
	long := strings.Repeat("word ", 300)
	rows := strings.Join([]string{
		`{"tokens":"a b c d","why":"1 1 0 0","label":"bad","split":"train"}`,
		`{"tokens":"a b","why":null,"label":"good","split":"train"}`,
		`{"tokens":"a b","why":null,"label":"fair","split":"train"}`,
		`{"tokens":"` + strings.TrimSpace(long) + `","why":"` + strings.TrimSpace(strings.Repeat("0 ", 255)+strings.Repeat("1 ", 45)) + `","label":"good","split":"test"}`,
	}, "\n") + "\n"
	dir := stagetest.Import(t, "toys", rows, map[string]string{"tokens": "tokens", "rationale": "why", "classes": "bad,fair,good"})
	want := map[string]float64{
		"train texts_of_class_0": 1, "train texts_of_class_1": 1, "train texts_of_class_2": 1,
		"train mean_length": 8. / 3, "train gold_share": .5,
		"test texts_of_class_0": 0, "test texts_of_class_1": 0, "test texts_of_class_2": 1,
		"test mean_length": 256, "test gold_share": 1. / 256,
	}
	got := count(t, dir, "toys")
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %v; want %v", key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
}

// TestCountsWithoutRationales: where nobody was asked there is no share of gold.
func TestCountsWithoutRationales(t *testing.T) {
	got := count(t, stagetest.Import(t, "toys", `{"text":"a b","label":"x","split":"dev"}`+"\n", nil), "toys")
	if _, there := got["dev gold_share"]; there || got["dev texts_of_class_0"] != 1 {
		t.Errorf("got %v", got)
	}
}

// TestCountsWhatAStageMade: the generated data is counted like any other, with the
// same bytes each time.
func TestCountsWhatAStageMade(t *testing.T) {
	inputs := map[string]string{statistics.DatasetRole: stagetest.Generated(t)}
	stage := statistics.New(statistics.Params{Dataset: stagetest.Dataset})
	dir := stagetest.Run(t, stage, inputs)
	stagetest.SameFiles(t, stagetest.Run(t, stage, inputs), dir)
	got := numbers(t, dir)
	if texts := got["train texts_of_class_0"] + got["train texts_of_class_1"]; texts != stagetest.Train {
		t.Errorf("%v training texts; want %d", texts, stagetest.Train)
	}
	for _, metric := range []string{statistics.MeanLength, statistics.GoldShare} {
		if got["test "+metric] <= 0 {
			t.Errorf("%s is %v", metric, got["test "+metric])
		}
	}
}

func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	env := stagetest.Env(t, map[string]string{statistics.DatasetRole: stagetest.Generated(t)})
	if err := statistics.New(statistics.Params{Dataset: stagetest.Dataset}).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
