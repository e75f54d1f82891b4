package rationalizer

import (
	"slices"

	"rationale/onnx/nn"
)

// probe is the inspection of a method's finished model (A2I's "post attack"): a
// fresh attacker f_a, alone, learns to select words from which the frozen f_p
// reads a wrong class,
//
//	0.9·CE(f_p(z_a ⊙ x), y_a) + λ1·|Σz_a/Σm − s|.
//
// f_p is in evaluation mode, as it is when it is used: what is judged is the
// finished model, and dropout would only blur its answers.
func probe(m Method) Method {
	return Method{
		Name: m.Name, Doc: "a fresh attacker against a finished " + m.Name,
		Options:  slices.Concat(m.fixed(), ProbeOptions),
		Players:  m.Players,
		Attacker: theAttacker,
		Train:    mislead,
		finished: true,
	}
}

// ProbeOptions are the numbers of a probe's loss, where the inspected model has none
// of its own by these names.
var ProbeOptions = []Option{
	classes,
	{Name: sparsity, Doc: "s: target share of the units that the attacker selects", Default: 0.15, Share: true},
	{Name: lambdaSparsity, Doc: "λ1: weight of the attacker's sparsity term", Default: 1},
}

// fixed are the method's options that are part of its graphs.
func (m Method) fixed() []Option {
	return slices.DeleteFunc(slices.Clone(m.Options), func(o Option) bool { return !o.Flag && !o.Constant })
}

// mislead is one update of a probe's attacker.
func mislead(s *Step) {
	x, yA := s.Batch(), s.OtherClass("attacked_class", "attacked class")
	for _, l := range grouped(modelTeam, s.players.params(s.c)) {
		s.Frozen(l)
	}
	z := s.Select(s.attacker, "attacker", x)
	logits := s.c.evaluate(s.players.Predictor, s.g.Scope("predictor"), s.Weights(modelTeam), x, z.Shown)
	ce := nn.CrossEntropy(s.g, logits, yA)
	s.Measure(attackMeasure, Mean, ce)
	s.Measure("asr", Balanced, s.hits(logits, yA, x))
	s.Inspect("z", z.Units)
	s.Inspect("logits", logits)
	s.Minimize(attackerTeam, nn.Sum(s.g, s.g.Mul(s.Scalar(classWeight), ce), s.sparse(x, z)))
}
