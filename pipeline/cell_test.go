package main

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	reports "rationale/pipeline/report"
	"rationale/plots"
)

func toyCells() reports.TableCells {
	cell := func(method, metric string) reports.Cell {
		return reports.Cell{
			Keys:    plots.Selector{"dataset": "toys", "method": method, "metric": metric},
			Numbers: []reports.Number{{Seed: "1", Value: number(.5)}, {Seed: "2"}, {Seed: "3", Value: number(.7)}},
		}
	}
	return reports.TableCells{Table: "toy", Cells: []reports.Cell{cell("RNP", "f1"), cell("RNP", "asr"), cell("FR", "f1")}}
}

func TestCellsAreFoundInAnyCase(t *testing.T) {
	for _, test := range []struct {
		words []string
		want  int
	}{{nil, 3}, {[]string{"method=rnp"}, 2}, {[]string{"method=RNP", "metric=F1"}, 1}, {[]string{"method=NIR"}, 0}} {
		keys, err := plots.ParseSelector(test.words)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(toyCells().Find(keys)); got != test.want {
			t.Errorf("%v: %d cells, want %d", test.words, got, test.want)
		}
	}
}

func TestNoCellSaysWhatThereIs(t *testing.T) {
	for word, want := range map[string]string{
		"method=NIR": "of method NIR there is none, only FR, RNP",
		"target=0.1": "the numbers of toy have no target; there are the keys dataset, method, metric",
	} {
		keys, err := plots.ParseSelector([]string{"dataset=toys", word})
		if err != nil {
			t.Fatal(err)
		}
		if err := noCell(toyCells(), keys); !strings.Contains(err.Error(), want) || exitCode(err) != exitUsage {
			t.Errorf("%s: error %v; want %s", word, err, want)
		}
	}
}

// An undefined number is no part of the mean.
func TestMeanOfACell(t *testing.T) {
	if got, want := newMean(toyCells().Cells[0].Summary()).String(), "0.6000 ± 0.1414 (2)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := newMean((reports.Cell{}).Summary()).String(), "– (0)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What was not measured in an epoch, or is undefined, is a gap; no curve is shown
// twice.
func TestCurves(t *testing.T) {
	record := func(split, metric string, epoch int, value float64) plots.Record {
		return plots.Record{Stage: "train", Split: split, Metric: metric, Epoch: epoch, Value: value}
	}
	got := curves([]plots.Record{
		record("dev", "accuracy", 1, .5), record("dev", "accuracy", 2, .6), record("test", "accuracy", 3, math.NaN()), record("test", "accuracy", 2, .55), record("train", "accuracy", 1, 1),
	}, "accuracy")
	want := []curve{
		{"dev", "accuracy", []point{{1, number(.5)}, {2, number(.6)}}},
		{"test", "accuracy", []point{{2, number(.55)}, {3, nil}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rows := originRun{Curves: got, chosen: 2}.table()
	wantRows := [][]string{{"EPOCH", "DEV ACCURACY", "TEST ACCURACY"}, {"1", "0.5000", "–"}, {"2 *", "0.6000", "0.5500"}, {"3", "–", "–"}, {"", "▁█", "▅ "}}
	if diff := cmp.Diff(wantRows, rows); diff != "" {
		t.Error(diff)
	}
}

// Seeds of one target may have been trained with different settings.
func TestSettingsOfACell(t *testing.T) {
	o := origin{Runs: []originRun{
		{Settings: map[string]string{"epochs": "2", "sparsity": "0.1"}}, {Settings: map[string]string{"epochs": "2", "sparsity": "0.12"}},
	}}
	if got := settingsText(o.shared()); got != "epochs=2" {
		t.Errorf("shared: %s", got)
	}
	if got := settingsText(o.Runs[1].own(o.shared())); got != "sparsity=0.12" {
		t.Errorf("own: %s", got)
	}
}
