package experiments

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestMisspeltMetrics: a figure or table of a metric that nothing records is an
// error that names those that are.
func TestMisspeltMetrics(t *testing.T) {
	const file = `
[[runs]]
method = "RNP"
[[figures]]
kind = "curves"
[[figures.lines]]
name = "RNP"
metric = "LINE"
[[tables]]
kind = "claims"
[[tables.claims]]
quantity = "q"
metric = "CLAIM"
[[tables]]
name = "second"
kind = "comparison"
[[tables.metrics]]
name = "F1"
metric = "CELL"
`
	for _, tc := range []struct{ line, claim, cell, want string }{
		{"asr", "f1", "accuracy", ""},
		{"asr_of_class_2", "loss", "attacker_loss", ""},
		{"asrr", "f1", "accuracy", `; did you mean "asr"?`},
		{"asr", "f2", "accuracy", `; did you mean "f1"?`},
		{"asr", "f1", "acuracy", `records the metric "acuracy"; there are accuracy, accuracy_full_text, `},
		{"asr", "f1_of_klass_1", "accuracy", `records the metric "f1_of_klass_1"`},
	} {
		var e Experiment
		text := strings.NewReplacer("LINE", tc.line, "CLAIM", tc.claim, "CELL", tc.cell).Replace(file)
		if _, err := toml.Decode(text, &e); err != nil {
			t.Fatal(err)
		}
		err := e.checkMetrics()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%+v: error %v", tc, err)
		}
	}
}
