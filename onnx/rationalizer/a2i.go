package rationalizer

import (
	"math"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// RNP+A2I (A2I, ICML 2025): an attacker f_a selects words that make f_p
// predict another class; an instruction loss teaches f_p to be undecided on
// them. One step is two updates, in this order:
//
//  1. generator and predictor, on RNP's loss plus
//     adv·0.9·CE(f_p(z_a ⊙ x), uniform), with z_a a constant;
//  2. the attacker, on 0.9·CE(f_p(z_a ⊙ x), y_a) + λ1·|Σz_a/Σm − s|, with new
//     noise and dropout and with the predictor of update 1.
var _ = register(Method{
	Name:     "RNP+A2I",
	Doc:      "RNP with A2I's attacker and instruction loss (ICML 2025)",
	Layouts:  attackedLayouts,
	Train:    func(s *Step) { trainAttacked(s, s.c.Hyper.Instruction) },
	Answer:   answerAttacked,
	Attacked: true, Instructs: true,
	Selects: true,
})

func attackedLayouts(c Config, in int) []nn.Layout {
	return []nn.Layout{modelParams(c, in), {Name: attackerLayout, Params: generatorParams(c, in)}}
}

// trainAttacked is one step with an attacker; instruct weighs the instruction
// loss, 0 for a model that is attacked but not instructed.
func trainAttacked(s *Step, instruct float64) {
	x := s.Texts()
	attackedClass := s.AttackedClass()

	model, attacker := s.Weights(modelLayout), s.Weights(attackerLayout)
	// f_a's encoder sees no noise and learns last: both updates share its states.
	attacking := s.model().scope("attacker").encode(attacker, x)
	gen := s.sample("generator", model, x)
	views := []view{{"predictor", gen.z}}
	if instruct > 0 {
		z := s.sampleFrom("attacker1", attacker, attacking, x).z
		s.Inspect("z_attack1", z)
		views = append(views, view{"predictor_attacker1", s.Stop(z)})
	}
	logits := s.predict(model, x, views...)
	loss := s.cooperate(x, gen, logits[0])
	if instruct > 0 {
		loss = nn.Sum(s.g, loss, nn.Times(s.g, instruct, s.instruction(logits[1], attackedClass)))
	}
	model = s.Minimize(modelLayout, loss)

	z := s.sampleFrom("attacker2", attacker, attacking, x).z
	s.Minimize(attackerLayout, s.attack(x, z, s.predict(model, x, view{"predictor_attacker2", z})[0], attackedClass))
}

// instruction is 0.9·CE(f_p(z_a ⊙ x), uniform). The script's variant is
// −0.9·mean min(CE(f_p(z_a ⊙ x), y_a), log C) instead.
func (s *Step) instruction(logits, attackedClass *graph.Value) *graph.Value {
	g := s.g.Scope("instruction")
	s.Inspect("logits_attack1", logits)
	term := nn.UniformCrossEntropy(g, logits)
	if s.c.Hyper.Hinge {
		term = hinge(g, logits, attackedClass, s.c.Classes)
	}
	s.Metric("instruction", term)
	return nn.Times(g, s.c.Hyper.ClassWeight, term)
}

// hinge is −mean_b min(CE_b(logits, y_a), log C).
func hinge(g *graph.Graph, logits, attackedClass *graph.Value, classes int) *graph.Value {
	ce := nn.CrossEntropies(g, logits, attackedClass)
	capped := g.Min(ce, g.Like(ce, math.Log(float64(classes))))
	return nn.One(g, g.Neg(g.ReduceMean(capped, false)))
}

// attack is the attacker's loss. The predictor's weights do not learn from it:
// only the attacker's are differentiated.
func (s *Step) attack(x texts, z, logits, attackedClass *graph.Value) *graph.Value {
	g, h := s.g.Scope("attack"), s.c.Hyper
	ce := nn.CrossEntropy(g, logits, attackedClass)
	spa := nn.Sparsity(g, z, x.mask, h.Sparsity)
	s.Metric("attack_cross_entropy", ce)
	s.Metric("attack_sparsity_gap", spa)
	s.Metric("attack_hits", nn.HitsByClass(g, logits, attackedClass, x.labels, s.c.Classes))
	s.Inspect("z_attack2", z)
	s.Inspect("logits_attack2", logits)
	loss := nn.Sum(g, nn.Times(g, h.ClassWeight, ce), nn.Times(g, h.AttackSparsity*h.LambdaSparsity, spa))
	if h.AttackCoherence > 0 {
		loss = nn.Sum(g, loss, nn.Times(g, h.AttackCoherence*h.LambdaCoherence, nn.Coherence(g, z)))
	}
	return loss
}

// answerAttacked evaluates a generator and predictor, and their attacker.
func answerAttacked(a *Answer) {
	model := a.Weights(modelLayout)
	a.Rationale(a.margin("generator", model), model)
	if a.views.Attack && a.has(attackerLayout) {
		a.Attack(a.margin("attacker", a.Weights(attackerLayout)), model)
	}
}
