package rationalizer

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

func smallBatch() values { return batch(rand.New(rand.NewPCG(7, 7)), 6, 6, 2, 4) }

// modelGradients calls f with each gradient of the model's parameters.
func modelGradients(out values, f func(param string, d *tensor.Tensor)) {
	for name, d := range out {
		if param, ok := strings.CutPrefix(name, "grad/"+modelTeam+"."); ok {
			f(param, d)
		}
	}
}

// TestRandomPatternsTrainTheGeneratorOnSparsityAlone: without the sparsity
// term its gradient is exactly zero, and the labels do not touch it.
func TestRandomPatternsTrainTheGeneratorOnSparsityAlone(t *testing.T) {
	c := small("random patterns", tensor.Float32)
	b := smallBatch()
	out := once(t, c, b)
	flipped := once(t, c, b, values{"labels": b["attacked_class"]})
	alone := once(t, c, b, of(c, Values{lambdaSparsity: 0}))
	modelGradients(out, func(param string, d *tensor.Tensor) {
		name := "grad/model." + param
		if !ofGenerator(param) {
			same(t, name+" without sparsity", alone[name], d)
			differs(t, name+" with other labels", flipped[name], d)
			return
		}
		same(t, name+" with other labels", flipped[name], d)
		if n := nonzero(alone[name]); n > 0 {
			t.Errorf("%s has %d elements without sparsity", name, n)
		}
	})
	if nonzero(out["grad/model.gen.weight_ih_l0"]) == 0 {
		t.Error("sparsity does not train the generator")
	}
}

// nonzero counts elements that are not 0.
func nonzero(x *tensor.Tensor) int {
	n := 0
	for _, v := range x.Float64s() {
		if v != 0 {
			n++
		}
	}
	return n
}

// TestPatternsCoherence: the switch adds the coherence term to the loss.
func TestPatternsCoherence(t *testing.T) {
	c := small("random patterns", tensor.Float32)
	without := once(t, c, smallBatch())
	coherent := once(t, c, smallBatch(), of(c, Values{"patterns_coherence": 1}))
	differs(t, "generator's gradient", coherent["grad/model.gen_fc.weight"], without["grad/model.gen_fc.weight"])
	same(t, "predictor's gradient", coherent["grad/model.cls_fc.weight"], without["grad/model.cls_fc.weight"])
}

// TestInstructionTrainsThePredictorAlone: f_a's selection is a constant in the
// instruction term, and the generator does not occur in it.
func TestInstructionTrainsThePredictorAlone(t *testing.T) {
	for _, tc := range []struct {
		method string
		hinge  bool
	}{{"RNP+A2I", false}, {"RNP+A2I", true}, {"DR+A2I", false}, {"Inter_RAT+A2I", false}, {"CR+A2I", false}} {
		c := small(tc.method, tensor.Float32)
		c.Flags = map[string]bool{"hinge": tc.hinge}
		instructed := once(t, c, smallBatch())
		without := once(t, c, smallBatch(), of(c, Values{"instruction": 0}))
		modelGradients(instructed, func(param string, d *tensor.Tensor) {
			if name := "grad/model." + param; ofGenerator(param) && param != labelTable {
				same(t, name, without[name], d)
			} else { // labels are read by both
				differs(t, name, without[name], d)
			}
		})
	}
}

// TestAttackLeavesTheModelAlone: whatever the attacker's update aims at, the
// model's state after the step is the same to the bit.
func TestAttackLeavesTheModelAlone(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	b := smallBatch()
	want := once(t, c, b)
	for name, change := range map[string]values{
		"sparsity":  of(c, Values{"attack_sparsity": 5}),
		"coherence": of(c, Values{"attack_coherence": 3}),
		"class":     {"attacked_class": b["labels"]},
	} {
		got := once(t, c, b, change)
		for _, part := range []string{ParamsPart, MeanPart, VariancePart, CompletedPart} {
			same(t, name+": model"+part, got[modelTeam+part+NextSuffix], want[modelTeam+part+NextSuffix])
		}
		differs(t, name+": attacker", got["attacker.params.next"], want["attacker.params.next"])
	}
}

// TestAttackedModelsAreTheSame: training an attacker beside a model gives the same
// model.
func TestAttackedModelsAreTheSame(t *testing.T) {
	for _, method := range []string{"RNP", "FR", "DR", "Inter_RAT", "A2R", "CR"} {
		c := small(method, tensor.Float32)
		attacked := once(t, c, smallBatch())
		plain := once(t, with(c, "no attack"), smallBatch())
		for name, want := range plain {
			same(t, method+": "+name, attacked[name], want)
		}
		if attacked["attacker.params.next"] == nil || plain["attacker.params.next"] != nil {
			t.Errorf("%s: the switch does not decide on the attacker", method)
		}
	}
}

// TestLossIsTheSumOfItsTerms: the weights of the terms are the settings'.
func TestLossIsTheSumOfItsTerms(t *testing.T) {
	for _, tc := range []struct {
		method, loss string
		terms        map[string]float64
	}{
		{"RNP", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3, "coherence": 2}},
		{"RNP+A2I", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3, "coherence": 2, "instruction": .5 * .7}},
		{"RNP+A2I", "attacker_loss", map[string]float64{"attack_cross_entropy": .7, "attack_sparsity_gap": 4 * 3}},
		{"classifier", "loss", map[string]float64{"cross_entropy": .7}},
		{"DR", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3, "coherence": 2}},
		{"Inter_RAT", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3, "coherence": 2}},
		{"Inter_RAT+A2I", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3, "coherence": 2, "instruction": .5 * .7}},
		{"A2R", "loss", map[string]float64{"cross_entropy": .7, "soft_cross_entropy": .7, "kl_hard_soft": 1, "kl_soft_hard": 1}},
		{"A2R", "attacker_loss", map[string]float64{"attack_cross_entropy": .7, "attack_sparsity_gap": 4 * 3}},
		{"CR", "loss", map[string]float64{"cross_entropy": .7, "kl": 6, "counterfactual": 5}},
		{"random patterns", "loss", map[string]float64{"cross_entropy": .7, "sparsity_gap": 3}},
	} {
		c := small(tc.method, tensor.Float64)
		out := once(t, c, smallBatch(), of(c, Values{
			classWeight: .7, lambdaSparsity: 3, lambdaCoherence: 2, "instruction": .5, "attack_sparsity": 4,
			priorWeight: 6, counterfactualWeight: 5,
		}))
		want := 0.0
		for term, weight := range tc.terms {
			want += weight * out[term].Float64s()[0]
		}
		compare(t, 0, tc.method+" "+tc.loss, out[tc.loss].Float64s(), []float64{want}, 1e-14)
	}
}

// TestOptimizerSettings: clipping and decay reach the optimiser. The first
// mean is a tenth of the clipped gradient.
func TestOptimizerSettings(t *testing.T) {
	c := small("classifier", tensor.Float64)
	plain := once(t, c, smallBatch())
	c.Hyper.ClipNorm = 1e-3
	clipped := once(t, c, smallBatch())
	norm := 0.0
	for _, m := range clipped["model.mean.next"].Float64s() {
		norm += m * m
	}
	compare(t, 0, "norm of the first mean", []float64{math.Sqrt(norm)}, []float64{1e-4}, 1e-4)

	c.Hyper.ClipNorm, c.Hyper.WeightDecay = 0, .5
	decayed := once(t, c, smallBatch())
	start := state(c, mustStepGraph(t, c))["model.params"].Float64s()
	want := plain["model.params.next"].Float64s()
	for i := range want {
		want[i] -= 1e-2 * .5 * start[i]
	}
	compare(t, 0, "decayed parameters", decayed["model.params.next"].Float64s(), want, 1e-14)
}
