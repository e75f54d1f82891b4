package rationalizer

import (
	"math"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// a2i wraps a method in A2I (ICML 2025): an attacker f_a selects words that make
// f_p predict another class, and an instruction loss teaches f_p to be undecided
// on them. One step is two updates, in this order:
//
//  1. the method's players, on the method's loss plus
//     adv·0.9·CE(f_p(z_a ⊙ x), uniform), with z_a a constant;
//  2. the attacker, on 0.9·CE(f_p(z_a ⊙ x), y_a) + λ1·|Σz_a/Σm − s|, with new
//     noise and dropout and with the predictor of update 1.
//
// The paper's text has one z_a for both updates, its code draws it anew; we follow
// the code unless reuse says otherwise.
func a2i(m Method) Method {
	base := m
	m.Name, m.Base = base.Name+"+A2I", base.Name
	m.Doc = base.Name + " with A2I's attacker and instruction loss (ICML 2025)"
	m.Options = append(attackOptions(base, ""),
		Option{Name: "instruction", Default: 1, Doc: "adv: weight of the instruction loss"},
		Option{Name: "hinge", Flag: true, Doc: "the script's instruction loss in place of the paper's"},
		Option{Name: "reuse", Flag: true, Doc: "one z_a for both updates, as in the paper's text, in place of a new one"})
	m.Attacker, m.Instructs = theAttacker, true
	m.Train = func(s *Step) {
		x, yA := s.Batch(), s.OtherClass("attacked_class", "attacked class")
		zA := s.Select(s.attacker, "attacker1", x)
		s.Inspect("z_attack1", zA.Units)
		loss, logits := base.Loss(s, x, View{"predictor_attacker1", s.Stop(zA.Shown)})
		s.Minimize(modelTeam, nn.Sum(s.g, loss, s.instruction(logits[0], yA)))
		if !s.c.Flags["reuse"] {
			zA = s.selectAnew(x)
		}
		s.attack(x, yA, zA)
	}
	return m
}

// attackable gives a method an attacker that is trained beside it, for the
// attack success rate alone: the model is the same to the bit without.
func attackable(m Method) Method {
	base := m
	m.Options = append(attackOptions(base, "attack"), Option{Name: "attack", Flag: true, Default: 1, Doc: "train an attacker beside the model"})
	m.Attacker = func(c Config) *Generator {
		if !c.Flags["attack"] {
			return nil
		}
		return theAttacker(c)
	}
	m.Train = func(s *Step) {
		x := s.Batch()
		loss, _ := base.Loss(s, x)
		s.Minimize(modelTeam, loss)
		if s.attacker != nil {
			yA := s.OtherClass("attacked_class", "attacked class")
			s.attack(x, yA, s.selectAnew(x))
		}
	}
	return m
}

// attackOptions are the method's and those of an attacker's loss, which there is
// with a flag: RNP's, where the method's own loss has no use for them, and more.
func attackOptions(m Method, with string) []Option {
	options := slices.Clone(m.Options)
	for _, o := range selections {
		if !slices.ContainsFunc(options, func(have Option) bool { return have.Name == o.Name }) {
			o.With = with
			options = append(options, o)
		}
	}
	return append(options,
		Option{Name: "attack_sparsity", With: with, Default: 1, Doc: "factor on λ1 in the attacker's loss"},
		Option{Name: "attack_coherence", With: with, Doc: "factor on λ2 in the attacker's loss"})
}

// theAttacker has the generator's form and parameters of its own.
func theAttacker(c Config) *Generator {
	return &Generator{Team: attackerTeam, Encoder: c.encoder("gen")}
}

// instruction is adv·0.9·CE(f_p(z_a ⊙ x), uniform). The script's variant has
// −mean min(CE(f_p(z_a ⊙ x), y_a), log C) in place of the cross-entropy.
func (s *Step) instruction(logits, yA *graph.Value) *graph.Value {
	g := s.g.Scope("instruction")
	s.Inspect("logits_attack1", logits)
	term := nn.UniformCrossEntropy(g, logits)
	if s.c.Flags["hinge"] {
		term = hinge(g, logits, yA, s.c.Classes)
	}
	s.Measure("instruction", Mean, term)
	return g.Mul(s.Scalar("instruction"), g.Mul(s.Scalar(classWeight), term))
}

// hinge is −mean_b min(CE_b(logits, y_a), log C).
func hinge(g *graph.Graph, logits, attackedClass *graph.Value, classes int) *graph.Value {
	ce := nn.CrossEntropies(g, logits, attackedClass)
	capped := g.Min(ce, g.Like(ce, math.Log(float64(classes))))
	return nn.One(g, g.Neg(g.ReduceMean(capped, false)))
}

// selectAnew is z_a for the attacker's update.
func (s *Step) selectAnew(x *Batch) Selection { return s.Select(s.attacker, "attacker2", x) }

// attack updates the attacker on the predictor as it is now. The predictor's
// weights do not learn from it: only the attacker's are differentiated.
func (s *Step) attack(x *Batch, yA *graph.Value, z Selection) {
	logits := s.Predict(s.players.Predictor, x, View{"predictor_attacker2", z.Shown})[0]
	g := s.g.Scope("attack")
	ce := nn.CrossEntropy(g, logits, yA)
	spa := nn.Sparsity(g, z.Units, x.Units, s.Scalar(sparsity))
	coh := x.coherence(g, z.Units)
	s.Measure(attackMeasure, Mean, ce)
	s.Measure("attack_sparsity_gap", Mean, spa)
	s.Measure("asr", Balanced, s.hits(logits, yA, x))
	s.Inspect("z_attack2", z.Units)
	s.Inspect("logits_attack2", logits)
	s.Minimize(attackerTeam, nn.Sum(g,
		g.Mul(s.Scalar(classWeight), ce),
		g.Mul(g.Mul(s.Scalar("attack_sparsity"), s.Scalar(lambdaSparsity)), spa),
		g.Mul(g.Mul(s.Scalar("attack_coherence"), s.Scalar(lambdaCoherence)), coh)))
}
