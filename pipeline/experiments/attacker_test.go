package experiments

import (
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/stages/train"
)

func target() Target {
	return Target{Params: train.Params{
		Epochs: 7, Batch: 16, Rate: 1e-3, Decay: 1, Scalars: map[string]float64{"sparsity": .18, "lambda_sparsity": 4, "lambda_coherence": 2},
	}}
}

// TestAttacker: an attacker has the model's settings, as far as they are an
// attacker's, and the command line's above them.
func TestAttacker(t *testing.T) {
	p, err := target().Attacker(map[string]string{"epochs": "3", "sparsity": "0.3"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"class_weight": .9, "sparsity": .3, "lambda_sparsity": 4}
	if usual, err := target().Attacker(nil); err != nil || usual.Epochs != 7*patience {
		t.Errorf("%d epochs unless told otherwise (%v)", usual.Epochs, err)
	}
	if p.Epochs != 3 || p.Batch != 16 || p.Rate != 1e-3 || len(p.Scalars) != len(want) {
		t.Errorf("settings %+v", p)
	}
	for name, x := range want {
		if p.Scalars[name] != x {
			t.Errorf("%s is %v, want %v", name, p.Scalars[name], x)
		}
	}
}

// TestAttackerOfConstants: where the share is part of the model's graphs it is the
// attacker's too.
func TestAttackerOfConstants(t *testing.T) {
	given := target()
	delete(given.Params.Scalars, "sparsity")
	given.Graphs.Constants = rationalizer.Values{"sparsity": .11}
	if p, err := given.Attacker(nil); err != nil || p.Scalars["sparsity"] != .11 {
		t.Errorf("settings %+v (%v)", p, err)
	}
}

func TestBadAttackers(t *testing.T) {
	for set, want := range map[[2]string]string{
		{"epoch", "3"}:         `no setting "epoch"; it has batch, class_weight, epochs`,
		{"hidden", "3"}:        "an attacker has no setting",
		{"epochs", "0"}:        "epochs = 0",
		{"epochs", "many"}:     "epochs = many",
		{"sparsity", "18"}:     "did you mean 0.18?",
		{"learning_rate", "0"}: "learning_rate = 0",
	} {
		_, err := target().Attacker(map[string]string{set[0]: set[1]})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v; want %q in it", set, err, want)
		}
	}
}
