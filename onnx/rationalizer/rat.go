package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// RNP+RAT is RNP taught with human rationales, in the form that BadRNL trains
// (its Eq. 2). A target mask m marks what people, or an attacker, want to be
// selected: the predictor learns to classify from m, the generator to select m,
//
//	mean_b w_b·(RAT(G(x_b), m_b) + 0.9·CE(f_p(m_b ⊙ x_b), y_b)) + Ω(z),
//
// where RAT is the cross-entropy of a text's choices, on average over its units,
// and w_b is α of a poisoned text and 1 of a clean one. The mean is over all texts,
// whatever they weigh. On clean data this is the clean model that the attack starts
// from. Without the rationale loss it is BadRNL's Eq. 1, the naive attack, end to
// end through z:
//
//	mean_b w_b·0.9·CE(f_p(z_b ⊙ x_b), y_b) + Ω(z).
var rat = Method{
	Name: "RNP+RAT",
	Doc:  "RNP taught with human rationales, on clean or poisoned texts (BadRNL)",
	Base: rnp.Name,
	Options: append(slices.Clone(selections),
		Option{Name: rationaleLoss, Flag: true, Default: 1, Doc: "learn from the annotated rationales (Eq. 2); without, end to end (Eq. 1)"},
		Option{Name: rationaleWeight, Default: 1, With: rationaleLoss, Doc: "weight of the rationale loss"},
		Option{Name: poisonWeight, Default: 1, Doc: "α: weight of a poisoned text against a clean one's 1"}),
	Players: rnp.Players,
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z := s.Select(s.players.Generator, "generator", x)
		w, read, taught := s.textWeights(x), z.Shown, []*graph.Value(nil)
		if s.c.Flags[rationaleLoss] {
			m := x.gold()
			read = x.shown(s.g, x.positions(s.g, m))
			taught = append(taught, s.imitate(x, z, m, w))
		}
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", read}}, further...)...)
		s.Inspect("z", z.Units)
		s.Inspect("logits", logits[0])
		return nn.Sum(s.g, append(taught, s.classifyWeighed(x, logits[0], w), s.regularize(x, z))...), logits[1:]
	},
}

var _ = register(rat)

// The names of the options that are RAT's own.
const (
	rationaleLoss   = "rationale_loss"
	rationaleWeight = "rationale_weight"
	poisonWeight    = "poison_weight"
)

// imitate is γ·mean_b w_b·RAT(G(x_b), m_b), with
//
//	RAT(x, m) = −1/len·Σ_t log P(z_t = m_t)
//
// over the text's units, by the scores without noise.
func (s *Step) imitate(x *Batch, z Selection, m, w *graph.Value) *graph.Value {
	losses := nn.ChoiceCrossEntropies(s.g, z.Scores, m, x.Units)
	s.Inspect("rationale_loss_per_text", losses)
	s.Measure("rationale_loss", Mean, s.g.ReduceMean(losses, true))
	return s.g.Mul(s.Scalar(rationaleWeight), s.weighed(losses, w))
}

// classifyWeighed is 0.9·mean_b w_b·CE(logits_b, y_b).
func (s *Step) classifyWeighed(x *Batch, logits, w *graph.Value) *graph.Value {
	losses := nn.CrossEntropies(s.g, logits, x.Labels)
	s.Inspect("cross_entropy_per_text", losses)
	s.Measure("cross_entropy", Mean, s.g.ReduceMean(losses, true))
	s.Measure("accuracy", Rate, s.hits(logits, x.Labels, x))
	return s.g.Mul(s.Scalar(classWeight), s.weighed(losses, w))
}

// weighed is mean_b w_b·l_b of losses l [B].
func (s *Step) weighed(losses, w *graph.Value) *graph.Value {
	return nn.One(s.g, s.g.ReduceMean(s.g.Mul(losses, w), false))
}

// textWeights are w [B]: α for each poisoned text, 1 for the others.
func (s *Step) textWeights(x *Batch) *graph.Value {
	poisoned := s.g.Cast(s.column(InputPoisoned, tensor.Int64, batchDim), s.dtype())
	one := s.g.Like(poisoned, 1)
	return s.g.Add(one, s.g.Mul(poisoned, s.g.Sub(s.Scalar(poisonWeight), one)))
}

// gold marks the units [U,B] that people marked: a sentence when they did any of its
// positions.
func (x *Batch) gold() *graph.Value {
	marked := x.mask(InputGold, timeDim)
	if x.c.Unit == Word {
		return x.g.Mul(marked, x.Units)
	}
	number := x.g.Unsqueeze(x.g.Range(sentencesDim), 1, 2)
	within := x.g.Cast(x.g.Equal(number, x.g.Unsqueeze(x.sentence, 0)), marked.DType) // [S,T,B]
	return x.g.Mul(x.g.ReduceMax(x.g.Mul(within, x.g.Unsqueeze(marked, 0)), false, 1), x.Units)
}
