package plots

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) || math.IsNaN(a) && math.IsNaN(b)
}

func TestSummarizeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 20).Draw(t, "values")
		got := Summarize(values)
		if want := stat.Mean(values, nil); !near(got.Mean, want) {
			t.Fatalf("mean %g, want %g", got.Mean, want)
		}
		if want := stat.StdDev(values, nil); len(values) > 1 && !near(got.Std, want) {
			t.Fatalf("std %g, want %g", got.Std, want)
		}
		if len(values) == 1 && !math.IsNaN(got.Std) {
			t.Fatalf("one value has the deviation %g", got.Std)
		}
		if again := Summarize(rapid.Permutation(values).Draw(t, "permuted")); !cmp.Equal(again, got, cmpopts.EquateNaNs()) {
			t.Fatalf("the order matters: %v, %v", got, again)
		}
		shifted := make([]float64, len(values))
		for i, v := range values {
			shifted[i] = 3*v + 2
		}
		moved := Summarize(shifted)
		if !near(moved.Mean, 3*got.Mean+2) || math.Abs(moved.Std-3*got.Std) > 1e-7 {
			t.Fatalf("3x+2 of %v is %v", got, moved)
		}
		if undefined := Summarize(append(shifted, math.NaN())); !cmp.Equal(undefined, moved, cmpopts.EquateNaNs()) {
			t.Fatalf("an undefined value changes %v to %v", moved, undefined)
		}
	})
}

func TestSummarizeNothing(t *testing.T) {
	if got := Summarize(nil); got.N != 0 || !math.IsNaN(got.Mean) || !math.IsNaN(got.Std) {
		t.Errorf("got %v", got)
	}
}

func TestSummarizeEpochs(t *testing.T) {
	records := []Record{
		{Seed: 1, Epoch: 2, Value: .4}, {Seed: 2, Epoch: 2, Value: .6},
		{Seed: 1, Epoch: 1, Value: .1}, {Seed: 1, Epoch: 0, Value: .9},
	}
	got, err := SummarizeEpochs(records)
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{{X: 1, Mean: .1, Std: math.NaN(), N: 1}, {X: 2, Mean: .5, Std: math.Sqrt(.02), N: 2}}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
}

func TestTwoRecordsOfOneSeedAreAnError(t *testing.T) {
	base := Record{Run: "r", Dataset: "tweets", Method: "RNP", Seed: 7, Epoch: 3, Split: "dev", Metric: "f1"}
	for _, test := range []struct {
		name   string
		change func(*Record)
		want   string
	}{
		{"mask", func(r *Record) { r.Mask = "argmax" }, `seed 7 has two records, with mask "" and "argmax": say which mask is meant`},
		{"stage", func(r *Record) { r.Stage = "evaluate" }, `with stage "" and "evaluate"`},
		{"run", func(r *Record) { r.Run = "q" }, `of the runs "q" and "r"`},
		{"epoch", func(r *Record) { r.Epoch = 4 }, `of the epochs 3 and 4`},
		{"nothing", func(r *Record) {}, `the same record twice: f1 of RNP on tweets`},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := base
			test.change(&other)
			_, err := SummarizeSeeds([]Record{base, other})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestGroupByKeepsEveryRecordInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(drawRecord).Draw(t, "records")
		next := map[int]int{}
		groups := GroupBy(records, func(r Record) int { return r.Epoch % 3 })
		for _, r := range records {
			k := r.Epoch % 3
			if got := groups[k][next[k]]; !cmp.Equal(got, r, cmpopts.EquateNaNs()) {
				t.Fatalf("group %d holds %v where %v belongs", k, got, r)
			}
			next[k]++
		}
		for k, group := range groups {
			if len(group) != next[k] {
				t.Fatalf("group %d has %d records, want %d", k, len(group), next[k])
			}
		}
	})
}
