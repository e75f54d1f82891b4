package rationalizer

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Imported is the method of a model that lies outside of a probe's graphs, such as
// an ONNX file of somebody's: nothing but its answers is known.
const Imported = "imported model"

// imported is the probe of such a model. No gradient comes through its answers, so
// the attacker learns from what came of its trials (REINFORCE). Of each text there
// are two, z and z', and each is what the other is held against:
//
//	½·mean_b (c_b − c'_b)·(log π_b(z) − log π_b(z')) + λ1·|Σσ/Σm − s|,
//
// with c = 0.9·CE(f_p(z ⊙ x), y_a), log π(z) the logarithm of the probability with
// which f_a selects z, and σ its probabilities of single words. The first term's
// gradient is that of the mean of c, without bias.
var imported = Method{
	Name: Imported, Doc: "a fresh attacker against somebody's model, of which only the answers are known",
	Options:  ProbeOptions,
	Players:  func(Config) Players { return Players{} },
	Attacker: theAttacker,
	Train:    persuade,
	finished: true,
}

// Trials is how many selections of each text an imported model is asked about
// before a step.
const Trials = 2

// FedSelection [B,T] and FedLogits [B,C] name the inputs that say what was selected
// in a trial, counted from 1, and what the model answered.
func FedSelection(trial int) string { return fmt.Sprintf("trial%d/selection", trial) }

// FedLogits goes with FedSelection.
func FedLogits(trial int) string { return fmt.Sprintf("trial%d/logits", trial) }

// persuade is one update of the attacker of an imported model.
func persuade(s *Step) {
	x, yA := s.Batch(), s.OtherClass("attacked_class", "attacked class")
	r := s.reading(attackerTeam, "attacker", x, nil)
	r.Keep = everything
	scores := s.attacker.score(r, func() []*graph.Value { return s.attacker.states(r) })
	g := s.g.Scope("trials")
	one, logits := s.trial(1, x, scores, yA)
	other, _ := s.trial(2, x, scores, yA)
	s.Measure(attackMeasure, Mean, nn.One(g, g.ReduceMean(one.cost, false)))
	s.Measure("asr", Balanced, s.hits(logits, yA, x))
	ahead := g.Mul(s.Scalar(classWeight), g.Sub(one.cost, other.cost))
	term := nn.Times(g, 0.5, g.ReduceMean(g.Mul(ahead, g.Sub(one.likelihood, other.likelihood)), false))
	expected := Selection{Units: g.Mul(g.Sigmoid(scores), x.Units)}
	s.Minimize(attackerTeam, nn.Sum(g, term, s.sparse(x, expected)))
}

// trial is what came of a selection, by text: [B] each.
type trial struct {
	cost       *graph.Value // the cross-entropy to the attacked class
	likelihood *graph.Value // log π(z)
}

// trial declares what is known of a trial.
func (s *Step) trial(number int, x *Batch, scores, yA *graph.Value) (t trial, logits *graph.Value) {
	g := s.g.Scope("trials")
	z := g.Transpose(s.answered(FedSelection(number), batchDim, timeDim), 1, 0)
	logits = s.answered(FedLogits(number), batchDim, graph.N(s.c.Classes))
	return trial{nn.CrossEntropies(g, logits, yA), nn.LogLikelihood(g, scores, z, x.Units)}, logits
}

// answered declares a number that is known from before the step.
func (s *Step) answered(name string, shape ...graph.Dim) *graph.Value {
	return s.g.Cast(s.feed(Feed{Name: name, Kind: Answered, Shape: shape}, tensor.Float32), s.dtype())
}
