package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func number(x float64) *float64 { return &x }

func TestPivot(t *testing.T) {
	got := pivot([]measured{
		{Mask: "argmax", Metric: "accuracy", Value: number(0.9)}, {Mask: "argmax", Metric: "f1", Value: nil},
		{Mask: "sampled", Metric: "accuracy", Value: number(0.8)}, {Mask: "sampled", Metric: "asr", Value: number(0.5)},
	})
	want := [][]string{
		{"METRIC", "argmax", "sampled"},
		{"accuracy", "0.9000", "0.8000"},
		{"f1", "–", ""},
		{"asr", "", "0.5000"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJoin(t *testing.T) {
	got := join(
		[]measured{{Mask: "argmax", Metric: "accuracy", Value: number(0.9)}, {Mask: "argmax", Metric: "f1", Value: number(0.4)}},
		[]measured{{Mask: "argmax", Metric: "accuracy", Value: number(0.7)}, {Mask: "sampled", Metric: "f1", Value: nil}},
	)
	want := []line{
		{Mask: "argmax", Metric: "accuracy", First: number(0.9), Second: number(0.7)},
		{Mask: "argmax", Metric: "f1", First: number(0.4)},
		{Mask: "sampled", Metric: "f1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if change := got[0].change(); change != "-0.2000" {
		t.Errorf("change %s", change)
	}
	if change := got[1].change(); change != "–" {
		t.Errorf("change %s", change)
	}
}

func TestRunIsCalled(t *testing.T) {
	r := &trainedRun{ID: "train-0123456789abcdef", Label: "train RNP on toys, seed 1", Evaluations: []*evaluation{{ID: "evaluate-fedcba9876543210"}}}
	for _, name := range []string{
		"train-0123456789abcdef", "train-01", "0123", "evaluate-fedcba9876543210", "train RNP on toys, seed 1", "RNP on toys, seed 1",
	} {
		if !r.isCalled(name) {
			t.Errorf("%q is not the run", name)
		}
	}
	for _, name := range []string{"", "train-1", "evaluate-fedc", "RNP", "123"} {
		if r.isCalled(name) {
			t.Errorf("%q is the run", name)
		}
	}
}
