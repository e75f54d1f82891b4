package rationalizer

import (
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// probed is a tiny probe of a method's model.
func probed(method string, dtype tensor.DType) Config {
	c := small(method, dtype)
	c.Probe = true
	return c
}

// aims are the numbers of a probe's loss in the tests.
func aims(c Config) values {
	return of(c, Values{classWeight: .9, sparsity: .3, lambdaSparsity: 2, LearningRate: 1e-2})
}

// TestProbeTrainsTheAttackerAlone: of every method's model all parameters are
// inputs that no step changes.
func TestProbeTrainsTheAttackerAlone(t *testing.T) {
	for _, m := range Methods() {
		t.Run(m.Name, func(t *testing.T) {
			c := probed(m.Name, tensor.Float32)
			g := mustStepGraph(t, c)
			for _, l := range g.Layouts {
				if !inTeam(l, attackerTeam) {
					t.Errorf("the step trains %s", l.Name)
				}
			}
			models := m.models(m.complete(c))
			if len(g.Frozen) != len(models) {
				t.Errorf("%d layouts are frozen, the model has %d", len(g.Frozen), len(models))
			}
			out := once(t, c, smallBatch(), aims(c))
			differs(t, "attacker", out["attacker.params.next"], state(c, g)["attacker.params"])
			for name := range out {
				if strings.HasPrefix(name, modelTeam) && strings.HasSuffix(name, NextSuffix) {
					t.Errorf("the step has the output %s", name)
				}
			}
		})
	}
}

// TestProbeIsA2IsAttack: against a predictor that stands still, without dropout and
// with the same noise, a probe's gradients are those of A2I's attacker, which agree
// with the reference code's.
func TestProbeIsA2IsAttack(t *testing.T) {
	for _, method := range []string{"RNP", "FR"} {
		t.Run(method, func(t *testing.T) {
			c := small(method, tensor.Float64)
			c.Hyper.Dropout = 0
			b := smallBatch()
			still := join(aims(c), of(c, Values{LearningRate: 0}))
			attack := once(t, c, b, still)
			g := mustStepGraph(t, c)
			noise := draws(c, g, b, 1)["attacker2/noise"]

			c.Probe = true
			probe := once(t, c, b, still, values{"attacker/noise": noise, "model.params": state(c, g)["model.params"]})
			for name, want := range attack {
				if strings.HasPrefix(name, "grad/attacker.") {
					compare(t, 0, name, probe[name].Float64s(), want.Float64s(), 1e-12)
				}
			}
			compare(t, 0, "loss", probe["attacker_loss"].Float64s(), attack["attacker_loss"].Float64s(), 1e-12)
		})
	}
}

// TestProbeAnswers: the evaluation graph selects what the step selects, and the
// predictor reads the same in words that are given.
func TestProbeAnswers(t *testing.T) {
	for _, method := range []string{"RNP", "FR+A2I", "classifier", "random patterns"} {
		t.Run(method, func(t *testing.T) {
			c := probed(method, tensor.Float64)
			c.Hyper.Dropout = 0
			g, b := mustStepGraph(t, c), smallBatch()
			in := join(state(c, g), aims(c), b, draws(c, g, b, 1))
			trained := compile(t, g.Graph).run(in)
			in[AttackNoise], in[SelectNoise] = in["attacker/noise"], in["attacker/noise"]
			var given []int64
			for _, z := range textMajor(trained["z"]) {
				given = append(given, int64(z+.5))
			}
			in[InputGiven] = grid(int(trained["z"].Shape()[0]), given)
			said := compile(t, mustAnswer(t, c, Views{Sampled: true, Attack: true, Given: true}, nil)).run(in)
			compare(t, 0, "selection", said[OutAttack].Float64s(), textMajor(trained["z"]), 1e-12)
			compare(t, 0, "attacked logits", said[OutAttackLogits].Float64s(), trained["logits"].Float64s(), 1e-12)
			compare(t, 0, "logits of the given words", said[OutGivenLogits].Float64s(), trained["logits"].Float64s(), 1e-12)
		})
	}
}
