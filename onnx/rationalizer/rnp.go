package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// RNP (Lei et al. 2016, in the form of A2I's reference code): generator and
// predictor with encoders of their own, trained together on
//
//	0.9·CE(f_p(z ⊙ x), y) + λ1·|Σz/Σm − s| + λ2·mean|z_t − z_{t−1}|.
var rnp = Method{
	Name:    "RNP",
	Doc:     "generator and predictor trained together (Lei et al. 2016)",
	Options: selections,
	Players: func(c Config) Players {
		return Players{
			Generator: &Generator{Team: modelTeam, Encoder: c.encoder("gen")},
			Predictor: &Predictor{Team: modelTeam, Encoder: c.encoder("cls")},
		}
	},
	Loss: cooperate,
}

var _ = register(attackable(rnp), a2i(rnp))

// cooperate is RNP's loss, whatever its players share.
func cooperate(s *Step, x *Batch, further ...View) (loss *graph.Value, logits []*graph.Value) {
	_, loss, logits = s.cooperate(x, further)
	return loss, logits
}

// cooperate is the loss with the selection that it is about.
func (s *Step) cooperate(x *Batch, further []View) (z Selection, loss *graph.Value, logits []*graph.Value) {
	z = s.Select(s.players.Generator, "generator", x)
	logits = s.Predict(s.players.Predictor, x, append([]View{{"predictor", z.Shown}}, further...)...)
	return z, s.rationalize(x, z, logits[0]), logits[1:]
}

// rationalize is RNP's loss of a selection and of what the predictor made of it.
func (s *Step) rationalize(x *Batch, z Selection, logits *graph.Value) *graph.Value {
	s.Inspect("z", z.Units)
	s.Inspect("logits", logits)
	return nn.Sum(s.g, s.classify(x, logits), s.regularize(x, z))
}

// classify is 0.9·CE(logits, y).
func (s *Step) classify(x *Batch, logits *graph.Value) *graph.Value {
	ce := nn.CrossEntropy(s.g, logits, x.Labels)
	s.Measure("cross_entropy", Mean, ce)
	s.Measure("accuracy", Rate, s.hits(logits, x.Labels, x))
	return s.g.Mul(s.Scalar(classWeight), ce)
}

// regularize is Ω(z) = λ1·sparsity + λ2·coherence.
func (s *Step) regularize(x *Batch, z Selection) *graph.Value {
	return nn.Sum(s.g, s.sparse(x, z), s.coherent(x, z))
}

// coherent is λ2·mean|z_t − z_{t−1}|.
func (s *Step) coherent(x *Batch, z Selection) *graph.Value {
	coherence := x.coherence(s.g, z.Units)
	s.Measure("coherence", Mean, coherence)
	return s.g.Mul(s.Scalar(lambdaCoherence), coherence)
}

// sparse is λ1·|Σz/Σm − s|.
func (s *Step) sparse(x *Batch, z Selection) *graph.Value {
	gap := nn.Sparsity(s.g, z.Units, x.Units, s.Scalar(sparsity))
	s.Measure("sparsity_gap", Mean, gap)
	s.Measure("sparsity", Mean, nn.Share(s.g, z.Units, x.Units))
	return s.g.Mul(s.Scalar(lambdaSparsity), gap)
}

// hits counts, by true class, the texts whose largest logit is at target.
func (s *Step) hits(logits, target *graph.Value, x *Batch) *graph.Value {
	return nn.HitsByClass(s.g, logits, target, x.Labels, s.c.Classes)
}
