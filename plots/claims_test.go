package plots

import (
	"strings"
	"testing"
)

// claimed are two epochs of one run of each sparsity target.
func claimed() []Record {
	var records []Record
	for i, s := range []string{"0.1", "0.2"} {
		for epoch := 1; epoch <= 2; epoch++ {
			records = append(records, Record{
				Labels: Labels{"dataset": "d", "method": "RNP", "sparsity": s, "seed": "1"}, Run: "run " + s,
				Split: "dev", Metric: "asr", Epoch: epoch, Value: .5 + .1*float64(epoch+i),
			})
		}
	}
	return records
}

func TestClaimsTakeTheLastEpoch(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{
		{Quantity: "ASR", Paper: 50, Selector: Selector{"method": "RNP", "sparsity": "0.1", "metric": "asr"}},
		{Quantity: "unheard of", Selector: Selector{"method": "FR", "metric": "asr"}},
		{Quantity: "of other data", Selector: Selector{"dataset": "other", "sparsity": "0.1", "metric": "asr"}},
	}}
	table, err := spec.Table(claimed(), []DatasetSpec{{Name: "d", Title: "the data"}, {Name: "absent"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Lines) != 1 {
		t.Fatalf("%d lines, want 1: a claim without records has none", len(table.Lines))
	}
	if line := table.Lines[0]; line.Ours.N != 1 || !near(line.Ours.Mean, 70) || line.Paper != 50 || line.Labels[1] != "the data" {
		t.Errorf("got %+v, want 70 of one seed beside 50", line)
	}
}

func TestAmbiguousClaim(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{{Quantity: "ASR", Selector: Selector{"method": "RNP", "metric": "asr"}}}}
	_, err := spec.Table(claimed(), []DatasetSpec{{Name: "d"}}, nil)
	for _, want := range []string{`"ASR" on d`, `run "run 0.1" (seed 1)`, `run "run 0.2" (seed 1)`, "say which sparsity is meant"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}
