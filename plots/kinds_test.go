package plots

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// entries is what an experiment file holds of figures and tables.
type entries struct {
	Figures []FigureEntry `toml:"figures"`
	Tables  []TableEntry  `toml:"tables"`
}

// A figure and tables of two kinds, whose keys stand beside what is their own.
const described = `
[[figures]]
kind = "curves"
title = "ASR"
[[figures.lines]]
name = "RNP"
method = "RNP"
sparsity = 0.10
metric = "asr"

[[tables]]
kind = "claims"
[[tables.claims]]
quantity = "ASR"
paper = 50.0
method = "RNP"
seed = 7
defence = ""
metric = "asr"

[[tables]]
name = "sparsities"
kind = "comparison"
labels = ["Method", "s"]
[[tables.rows]]
labels = ["RNP", "0.1"]
sparsity = "0.10"
[[tables.metrics]]
name = "F1"
metric = "f1"
`

func TestEntriesFromAFile(t *testing.T) {
	var got entries
	meta, err := toml.Decode(described, &got)
	if err != nil || len(meta.Undecoded()) > 0 {
		t.Fatalf("error %v, unknown keys %v", err, meta.Undecoded())
	}
	want := entries{
		[]FigureEntry{{Kind: "curves", Spec: &CurvesSpec{Title: "ASR", Lines: []LineSpec{
			{Name: "RNP", Selector: Selector{"method": "RNP", "sparsity": "0.1", "metric": "asr"}},
		}}}},
		[]TableEntry{
			{Kind: "claims", Spec: &ClaimsSpec{Claims: []Claim{
				{Quantity: "ASR", Paper: 50, Selector: Selector{"method": "RNP", "seed": "7", "defence": "", "metric": "asr"}},
			}}},
			{Name: "sparsities", Kind: "comparison", Spec: &ComparisonSpec{
				Labels:  []string{"Method", "s"},
				Rows:    []RowSpec{{Labels: []string{"RNP", "0.1"}, Selector: Selector{"sparsity": "0.1"}}},
				Metrics: []MetricSpec{{Name: "F1", Selector: Selector{"metric": "f1"}}},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEntriesNameWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`kind = "curves"`, `kind = "pie"`, `unknown kind "pie"; there are "curves", "bars", "sweep"`},
		{`kind = "claims"`, ``, `unknown kind ""; there are "comparison", "methods", "attacks", "statistics", "claims"`},
		{`title = "ASR"`, `titel = "ASR"`, `unknown key "titel"`},
		{"sparsity = 0.10\nmetric", "sparsty = 0.10\nmetric", `unknown key "sparsty"; records are selected by dataset, method, variant`},
		{"sparsity = 0.10\nmetric", "sparsity = \"much\"\nmetric", `sparsity = much`},
		{"sparsity = 0.10\nmetric", "sparsity = [0.1]\nmetric", `expected text or a number`},
		{`name = "sparsities"`, `name = 3`, `incompatible types`},
	} {
		var got entries
		if !strings.Contains(described, test.old) {
			t.Fatalf("nothing to replace: %s", test.old)
		}
		_, err := toml.Decode(strings.Replace(described, test.old, test.new, 1), &got)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got  %v\nwant %s", test.new, err, test.want)
		}
	}
}
