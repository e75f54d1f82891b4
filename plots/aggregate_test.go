package plots

import (
	"errors"
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
	seed := func(s string) Labels { return Labels{SeedKey: s} }
	records := []Record{
		{Labels: seed("1"), Epoch: 2, Value: .4}, {Labels: seed("2"), Epoch: 2, Value: .6},
		{Labels: seed("1"), Epoch: 1, Value: .1}, {Labels: seed("1"), Epoch: 0, Value: .9},
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

func TestTwoRecordsForOneNumberAreAnError(t *testing.T) {
	labels := Labels{"dataset": "tweets", "method": "RNP", "sparsity": "0.1", "seed": "7"}
	base := Record{Labels: labels, Run: "r", Epoch: 3, Split: "dev", Metric: "f1"}
	for _, test := range []struct {
		name   string
		change func(*Record)
		want   string
	}{
		{"mask", func(r *Record) { r.Mask = "argmax" }, `of run "r" (seed 7) and of run "r" (seed 7): with mask "" and "argmax"; say which mask is meant`},
		{"stage", func(r *Record) { r.Stage = "evaluate" }, `with stage "" and "evaluate"`},
		{"sparsity", func(r *Record) { r.Run, r.Labels = "q", labels.With("sparsity", "0.2") },
			`of run "r" (seed 7) and of run "q" (seed 7): with sparsity "0.1" and "0.2"; say which sparsity is meant`},
		{"sparsity of another seed", func(r *Record) { r.Run, r.Labels = "q", labels.With("sparsity", "0.2").With("seed", "8") },
			`of run "r" (seed 7) and of run "q" (seed 8): with sparsity "0.1" and "0.2"`},
		{"run", func(r *Record) { r.Run = "q" }, `of run "q" (seed 7) and of run "r" (seed 7): both are f1 of dataset="tweets", method="RNP"`},
		{"epoch", func(r *Record) { r.Epoch = 4 }, `of the epochs 3 and 4`},
		{"nothing", func(r *Record) {}, `the same record twice, f1 of dataset="tweets", method="RNP"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := base
			test.change(&other)
			for _, records := range [][]Record{{base, other}, {other, base}} {
				_, err := SummarizeSeeds(records)
				var ambiguous *AmbiguousError
				if !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got  %v\nwant %s", err, test.want)
				}
			}
		})
	}
}

// Each run has a best epoch of its own.
func TestSeedsMayHaveOtherEpochs(t *testing.T) {
	got, err := SummarizeSeeds([]Record{
		{Labels: Labels{"seed": "1"}, Epoch: 3, Value: .4}, {Labels: Labels{"seed": "2"}, Epoch: 5, Value: .6},
	})
	if err != nil || got.N != 2 {
		t.Errorf("got %+v, error %v", got, err)
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
