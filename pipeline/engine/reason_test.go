package engine

import (
	"encoding/json"
	"testing"
)

func TestReason(t *testing.T) {
	recipe := func(version int, params string, inputs map[string]Source) Recipe {
		return Recipe{Stage: "train", Version: version, Params: json.RawMessage(params), Inputs: inputs}
	}
	x, y := Source{Digest: "x"}, Source{Digest: "y"}
	now := recipe(1, `{"lr":0.01,"opt":{"name":"adam","betas":[0.9,0.999]}}`, map[string]Source{"data": x})
	at := func(label string, r Recipe) Manifest { return Manifest{Label: label, Recipe: r} }

	tests := map[string]struct {
		earlier []Manifest
		want    string
	}{
		"empty store": {nil, "never run"},
		"other label": {[]Manifest{at("other", now)}, "never run"},
		"other stage": {[]Manifest{{Label: "label", Recipe: Recipe{Stage: "export", Params: now.Params}}}, "never run"},
		"one number": {[]Manifest{at("label", recipe(1, `{"lr":0.001,"opt":{"name":"adam","betas":[0.9,0.999]}}`, now.Inputs))},
			"parameter lr changed: 0.001 → 0.01"},
		"nested": {[]Manifest{at("label", recipe(1, `{"lr":0.01,"opt":{"name":"sgd","betas":[0.9,0.999]}}`, now.Inputs))},
			`parameter opt.name changed: "sgd" → "adam"`},
		"list": {[]Manifest{at("label", recipe(1, `{"lr":0.01,"opt":{"name":"adam","betas":[0.5]}}`, now.Inputs))},
			"parameter opt.betas changed: [0.5] → [0.9,0.999]"},
		"version": {[]Manifest{at("label", recipe(2, string(now.Params), now.Inputs))},
			"stage version 2 → 1"},
		"input": {[]Manifest{at("label", recipe(1, string(now.Params), map[string]Source{"data": y}))},
			"input data changed"},
		"roles": {[]Manifest{at("label", recipe(1, string(now.Params), map[string]Source{"text": x}))},
			"input data added; input text removed"},
		"many": {[]Manifest{at("label", recipe(2, `{"seed":1}`, nil))},
			"stage version 2 → 1; parameter lr added: 0.01; parameter opt.betas added: [0.9,0.999]; and 3 more"},
		"removed": {[]Manifest{at("label", recipe(1, `{"lr":0.01,"opt":{"name":"adam","betas":[0.9,0.999]},"seed":7}`, now.Inputs))},
			"parameter seed removed: was 7"},
		"nearest": {[]Manifest{
			at("label", recipe(2, `{"lr":5}`, nil)),
			at("label", recipe(1, string(now.Params), map[string]Source{"data": y})),
			at("label", recipe(3, string(now.Params), map[string]Source{"data": y})),
		}, "input data changed"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			step := &Step{Label: "label", Recipe: now}
			if got := reason(step, tc.earlier); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestReasonShortensValues(t *testing.T) {
	long := `{"text":"` + "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü" + `"}`
	got := paramChanges(json.RawMessage(`{"text":1}`), json.RawMessage(long))
	want := `parameter text changed: 1 → "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäö…`
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestSiblingsAreNotEarlier: an artifact of the same plan is no earlier
// version of another step, even if both have one label.
func TestSiblingsAreNotEarlier(t *testing.T) {
	s, one, two := newStore(t), toyNode("one"), toyNode("two")
	one.Label, two.Label = "same", "same"
	first, err := NewPlan(one)
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, first, s)
	both, err := NewPlan(one, two)
	if err != nil {
		t.Fatal(err)
	}
	if d := mustCheck(t, both, s)[1]; !d.Run || d.Reason != neverRun {
		t.Errorf("%+v", d)
	}
}
