package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func number(x float64) *float64 { return &x }

func TestPivot(t *testing.T) {
	got := pivot([]measured{
		{"argmax", "accuracy", number(0.9)}, {"argmax", "f1", nil},
		{"sampled", "accuracy", number(0.8)}, {"sampled", "asr", number(0.5)},
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
		[]measured{{"argmax", "accuracy", number(0.9)}, {"argmax", "f1", number(0.4)}},
		[]measured{{"argmax", "accuracy", number(0.7)}, {"sampled", "f1", nil}},
	)
	want := []line{
		{"argmax", "accuracy", number(0.9), number(0.7)},
		{"argmax", "f1", number(0.4), nil},
		{"sampled", "f1", nil, nil},
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
