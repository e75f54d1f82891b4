package report

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/plots"
)

// TestCellsNameTheirRuns: behind a cell stand training and evaluation of each seed,
// by whichever of the two was measured, and an undefined number is null.
func TestCellsNameTheirRuns(t *testing.T) {
	m := material("d")
	evaluated := plots.Filter(m.Records, plots.Selector{"method": "RNP", "stage": "evaluate"})
	trained := plots.Filter(m.Records, plots.Selector{"method": "RNP", "seed": "2", "stage": "train"})[:1]
	trained[0].Value = math.NaN()
	m.Experiments[0].Tables[0].Origins = []plots.Origin{
		{Keys: plots.Selector{"method": "RNP", "metric": "f1", "target": ""}, Records: []plots.Record{evaluated[1], evaluated[0]}},
		{Keys: plots.Selector{"method": "RNP", "metric": "asr"}, Records: trained},
	}
	var out bytes.Buffer
	if err := m.WriteProvenance(&out); err != nil {
		t.Fatal(err)
	}
	p, err := ReadProvenance(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	value := .4
	want := []TableCells{{Table: "fig", Cells: []Cell{
		{plots.Selector{"method": "RNP", "metric": "f1"}, []Number{
			{"1", "RNP1", "evaluation of RNP1", 2, &value}, {"2", "RNP2", "evaluation of RNP2", 2, &value},
		}},
		{plots.Selector{"method": "RNP", "metric": "asr"}, []Number{{"2", "RNP2", "evaluation of RNP2", 1, nil}}},
	}}}
	if diff := cmp.Diff(want, p.Tables); diff != "" {
		t.Error(diff)
	}
}

func TestReadProvenanceOfSomethingElse(t *testing.T) {
	for _, text := range []string{"", "{}", `{"command": "npm"}`} {
		if _, err := ReadProvenance([]byte(text)); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}
