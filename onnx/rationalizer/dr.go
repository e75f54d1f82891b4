package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// DR (Liu et al. 2023, "Decoupled Rationalization with Asymmetric Learning
// Rates"): RNP whose predictor learns the more slowly the less is selected, so
// that a predictor of few words cannot run ahead of the generator. Both share the
// loss; the predictor's learning rate is the generator's times
//
//	max(0.05, Σz/Σm)
//
// of the step's own selection.
var dr = Method{
	Name:    "DR",
	Doc:     "RNP whose predictor learns at the rate of what is selected (Liu et al. 2023)",
	Options: selections,
	Players: func(c Config) Players {
		p := rnp.Players(c)
		p.Predictor.Encoder = inGroup{p.Predictor.Encoder, predictorGroup}
		p.Predictor.Group = predictorGroup
		return p
	},
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z, loss, logits := s.cooperate(x, further)
		pace := asymmetry(s.g, nn.Share(s.g, z.Units, x.Units))
		s.Measure("predictor_rate", Mean, pace)
		s.Rate(modelTeam, predictorGroup, s.g.Mul(s.Scalar(LearningRate), pace))
		return loss, logits
	},
}

var _ = register(attackable(dr), a2i(dr))

// predictorGroup is the group of DR's predictor, which learns at a rate of its own.
const predictorGroup = "predictor"

// asymmetry is the predictor's share of the learning rate, [1], for a share of
// selected units: the share itself, at least 0.05. A share of exactly 0 leaves
// the rate as it is, as in the authors' code.
func asymmetry(g *graph.Graph, share *graph.Value) *graph.Value {
	some := g.Greater(share, g.Like(share, 0))
	return g.Where(some, g.Max(share, g.Like(share, .05)), g.Like(share, 1))
}

// within is the name of a group inside another one; that of the other where there is
// none.
func within(group, inner string) string {
	if inner == "" {
		return group
	}
	return group + "/" + inner
}

// inGroup is an encoder whose parameters learn at the rate of a group, each at its
// own pace.
type inGroup struct {
	Encoder
	group string
}

func (e inGroup) Params() []nn.Param {
	out := e.Encoder.Params()
	for i := range out {
		out[i].Group = within(e.group, out[i].Group)
	}
	return out
}
