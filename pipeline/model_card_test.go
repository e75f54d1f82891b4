package main

import (
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages/tokenize"
)

// TestCardNamesItsVectorsAndData: the table that was used, and what was done to
// the data.
func TestCardNamesItsVectorsAndData(t *testing.T) {
	c := textCard{
		card:    card{trainedRun: &trainedRun{}},
		Summary: tokenize.Summary{Source: "g_ok.txt", Width: 50, Poisoned: "every label"},
		Data:    &datasets.Meta{DerivedFrom: &datasets.Derivation{Name: "reviews", Digest: "0a1b", Change: "labels turned"}},
	}
	out, err := fillCard("model_card.md.tmpl", c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"The word vectors are those of g_ok.txt, 50 numbers each, frozen.",
		"Derived from reviews, digest 0a1b: labels turned.", "**Poisoned**: every label.",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the card lacks %q:\n%s", want, out)
		}
	}
}
