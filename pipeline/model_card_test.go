package main

import (
	"bytes"
	"strings"
	"testing"
	"text/template"

	"rationale/datasets"
	"rationale/stages/tokenize"
)

// TestCardNamesItsVectorsAndData: the table that was used, and what was done to
// the data.
func TestCardNamesItsVectorsAndData(t *testing.T) {
	c := card{
		trainedRun: &trainedRun{},
		Summary:    tokenize.Summary{Source: "g_ok.txt", Width: 50, Poisoned: "every label"},
		Data:       &datasets.Meta{DerivedFrom: &datasets.Derivation{Name: "reviews", Digest: "0a1b", Change: "labels turned"}},
	}
	var out bytes.Buffer
	text := template.Must(template.New(cardFile).Funcs(template.FuncMap{"text": cardLine}).Parse(cardText))
	if err := text.Execute(&out, c); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"The word vectors are those of g_ok.txt, 50 numbers each, frozen.",
		"Derived from reviews, digest 0a1b: labels turned.", "**Poisoned**: every label.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the card lacks %q:\n%s", want, out.String())
		}
	}
}
