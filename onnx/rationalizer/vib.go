package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// VIB (Paranjape et al. 2020, in the form that Chen et al. 2022 measure robustness
// with, with the papers' GRU in place of BERT): the selection is a bottleneck that
// lets as much through as a prior π allows. Training selects by relaxed Bernoulli
// variables of probability p, by which the predictor's words are weighted;
// evaluation the ⌈π·len⌉ units of the largest. The loss is
//
//	mean_b w_b·CE(f_p(z_b ⊙ x_b), y_b) + β·KL(p ‖ π),
//
// and with the rationale loss γ·mean_b w_b·BCE(p_b, m_b) besides, for rationales m;
// w_b is as in RNP+RAT.
var vib = Method{
	Name: "VIB",
	Doc:  "a bottleneck that lets a prior share through (Paranjape et al. 2020)",
	Options: []Option{
		{Name: classWeight, Doc: classes.Doc, Default: 1},
		{Name: sparsity, Constant: true, Share: true, Default: .4, Doc: "π: share of selected units"},
		{Name: priorWeight, Default: 1, Doc: "β: weight of the divergence from π"},
		{Name: rationaleLoss, Flag: true, Doc: "learn from the annotated rationales too"},
		{Name: rationaleWeight, Default: 1, With: rationaleLoss, Doc: "weight of the rationale loss"},
		{Name: poisonWeight, Default: 1, Doc: "α: weight of a poisoned text against a clean one's 1"},
	},
	Players: func(c Config) Players {
		return Players{
			Generator: &Generator{Team: modelTeam, Encoder: c.encoder("gen"), Scorer: hiddenDropout{perceptron{128}}, Chooser: relaxed{.7}},
			Predictor: &Predictor{Team: modelTeam, Encoder: weighted{c.encoder("cls")}},
		}
	},
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z, w := s.Select(s.players.Generator, "generator", x), s.textWeights(x)
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", z.Shown}}, further...)...)
		s.Inspect("z", z.Units)
		s.Inspect("logits", logits[0])
		s.Measure("sparsity", Mean, nn.Share(s.g, z.Units, x.Units))
		loss := nn.Sum(s.g, s.classifyWeighed(x, logits[0], w), s.nearPrior(x, z))
		if s.c.Flags[rationaleLoss] {
			loss = s.g.Add(loss, s.imitate(x, z, x.gold(), w))
		}
		return loss, logits[1:]
	},
}

var _ = register(vib)

// hiddenDropout is a perceptron with dropout on its hidden units in place of its
// score.
type hiddenDropout struct{ perceptron }

func (hiddenDropout) Score(r Reading, units Units) *graph.Value {
	h := r.Relu(r.linear(hiddenLayer, r.joined(units.States())))
	return r.Squeeze(r.linear(scoreLayer, r.dropout("keep", h)), 2)
}
