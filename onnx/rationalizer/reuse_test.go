package rationalizer

import (
	"testing"

	"rationale/onnx/tensor"
)

// TestReuseGradients: with one z_a for both updates the model's slopes in the
// predictor's parameters are the numeric ones.
func TestReuseGradients(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "FR+A2I", "NIR+A2I"} {
		t.Run(method, func(t *testing.T) {
			checkPredictorGradients(t, with(small(method, tensor.Float64), "reuse"))
		})
	}
}

// TestReuseIsTheSameNoiseTwice: without dropout one z_a for both updates, and two
// that were drawn with the same noise, give the same numbers; with other noise
// for the second they differ.
func TestReuseIsTheSameNoiseTwice(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "FR+A2I"} {
		t.Run(method, func(t *testing.T) {
			c, b := small(method, tensor.Float64), smallBatch()
			c.Hyper.Dropout = 0
			noise := draws(c, mustStepGraph(t, c), b, 1)["attacker1/noise"]
			twice := once(t, c, b, values{"attacker2/noise": noise})
			anew := once(t, c, b)
			reused := once(t, with(c, "reuse"), b)
			for name, x := range reused {
				compare(t, 0, name, twice[name].Float64s(), x.Float64s(), 1e-12)
			}
			differs(t, "z_a of the attack", anew["z_attack2"], reused["z_attack2"])
			differs(t, "the attacker", anew["attacker.params.next"], reused["attacker.params.next"])
			same(t, "the model", anew["model.params.next"], reused["model.params.next"])
		})
	}
}

// TestReuseDrawsOnce: the second selection's noise and dropout are not drawn, and
// the predictor's dropout still is, for each of its readings.
func TestReuseDrawsOnce(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	drawn := map[string]bool{}
	for _, f := range mustStepGraph(t, with(c, "reuse")).Of(Random) {
		drawn[f.Name] = true
	}
	for name, want := range map[string]bool{
		"attacker1/noise": true, "attacker1/keep": true, "attacker2/noise": false, "attacker2/keep": false,
		"predictor_attacker1/keep": true, "predictor_attacker2/keep": true,
	} {
		if drawn[name] != want {
			t.Errorf("%s is drawn: %v, want %v", name, drawn[name], want)
		}
	}
}
