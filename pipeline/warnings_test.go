package main

import (
	"strings"
	"testing"

	"rationale/stages/tokenize"
)

func TestWarnings(t *testing.T) {
	value := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		argmax, sampled *float64
		want            string
	}{
		{value(0), value(.14), "0.0 % of the words; sampled masks choose 14.0 %:"},
		{value(.004), nil, "0.4 % of the words: hardly a word"},
		{value(.01), value(.14), ""},
		{nil, value(.14), ""},
	} {
		got := emptyNote([]measured{{Mask: "argmax", Metric: "sparsity", Value: c.argmax}, {Mask: "sampled", Metric: "sparsity", Value: c.sampled}, {Mask: "argmax", Metric: "accuracy", Value: value(0)}})
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q; want %q", got, c.want)
		}
	}
	for _, c := range []struct {
		counts tokenize.Counts
		want   string
	}{
		{tokenize.Counts{Pieces: 100, Cut: 6, Gold: 3, GoldCut: 1}, "6.0 % of the training words, and 1 of 4 gold words are behind"},
		{tokenize.Counts{Pieces: 100, Cut: 6}, "6.0 % of the training words are behind"},
		{tokenize.Counts{Pieces: 100, Cut: 5}, ""},
		{tokenize.Counts{}, ""},
	} {
		got := cutNote(tokenize.Summary{Splits: map[string]tokenize.Counts{"train": c.counts, "test": {Pieces: 9, Cut: 9}}})
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q; want %q", got, c.want)
		}
	}
}
