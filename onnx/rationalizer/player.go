package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Players are the model's parts: f_g selects and f_p classifies from what is
// selected. A full-text classifier has no generator. Giving both the same
// encoder shares its parameters.
type Players struct {
	Generator *Generator
	Predictor *Predictor
}

// params are the players' parameters, shared ones once.
func (p Players) params(c Config) []nn.Param {
	var out []nn.Param
	if p.Generator != nil {
		out = p.Generator.params(c)
	}
	for _, q := range p.Predictor.params(c) {
		if !slices.ContainsFunc(out, func(have nn.Param) bool { return have.Name == q.Name }) {
			out = append(out, q)
		}
	}
	return out
}

// Names of the heads' parameters, as the reference code has them.
const generatorNorm, generatorHead, predictorHead = "norm", "gen_fc", "cls_fc"

// Generator is f_g and, in the same form, the attacker f_a: an encoder, and
// LayerNorm and a linear layer that give every unit two logits.
type Generator struct {
	Team    string // whose parameters they are
	Encoder Encoder
}

func (f *Generator) params(c Config) []nn.Param {
	width := c.unitWidth(f.Encoder)
	return slices.Concat(f.Encoder.Params(), nn.LayerNormParams(generatorNorm, width), nn.LinearParams(generatorHead, width, 2))
}

// states are what the units' scores are made from, in parts [U,B,·]. They see no
// noise but the encoder's own.
func (f *Generator) states(r Reading) []*graph.Value {
	return r.Batch.units(r.Graph, f.Encoder.States(r))
}

// margin is the logit for selecting a unit minus that for leaving it, [U,B]:
//
//	u = LayerNorm(states),  margin = (w₁ − w₀)·dropout(u) + b₁ − b₀.
//
// keep [U,B,W] is the dropout mask of a share; nil in evaluation.
func (f *Generator) margin(g *graph.Graph, w nn.Weights, states []*graph.Value, keep *graph.Value, share float64) *graph.Value {
	return nn.Score(g, states, keep, share, nn.ScoreParams{
		Scale: w[generatorNorm+".weight"], Shift: w[generatorNorm+".bias"],
		Weight: difference(g, w[generatorHead+".weight"]),
		Bias:   difference(g, w[generatorHead+".bias"]),
	})
}

// difference is row 1 minus row 0, keeping the leading axis.
func difference(g *graph.Graph, v *graph.Value) *graph.Value {
	rows := g.Split(v, 0, 1, 1)
	return g.Sub(rows[1], rows[0])
}

// Predictor is f_p: an encoder's features at their largest, and a linear layer
// that gives a logit a class.
type Predictor struct {
	Team    string
	Encoder Encoder
	// Norm names a LayerNorm between the encoder and the maximum; empty for none.
	Norm string
	// Group is that of the head's parameters; empty for the team's common one.
	Group string
}

func (f *Predictor) params(c Config) []nn.Param {
	out := slices.Clone(f.Encoder.Params())
	if f.Norm != "" {
		out = append(out, nn.LayerNormParams(f.Norm, f.Encoder.Width())...)
	}
	head := nn.LinearParams(predictorHead, f.Encoder.Width(), c.Classes)
	for i := range head {
		head[i].Group = f.Group
	}
	return append(out, head...)
}

// pool is max over real t of the states of z ⊙ x, [B,W].
func (f *Predictor) pool(r Reading) *graph.Value {
	if f.Norm == "" {
		return f.Encoder.Pool(r)
	}
	states := f.Encoder.States(r)
	h := states[0]
	if len(states) > 1 {
		h = r.Concat(2, states...)
	}
	return r.Batch.largest(r.Graph, nn.LayerNorm(r.Graph, r.Weights, f.Norm, h))
}

// classify is pooled → dropout → Linear: the logits [B,C]. keep [B,W] is the
// dropout mask of a share; nil in evaluation.
func (f *Predictor) classify(g *graph.Graph, w nn.Weights, pooled, keep *graph.Value, share float64) *graph.Value {
	return nn.Linear(g, w, predictorHead, nn.Dropout(g, pooled, keep, share))
}
