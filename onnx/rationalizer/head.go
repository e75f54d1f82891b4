package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Scorer gives every unit a score, by which it is selected or left.
type Scorer interface {
	// Params are its parameters; a unit is width features wide.
	Params(c Config, width int) []nn.Param
	// Score is [U,B].
	Score(r Reading, units Units) *graph.Value
}

// Units are the units as an encoder describes them, Width features each. States
// makes these features, in parts [U,B,·].
type Units struct {
	Width  int
	States func() []*graph.Value
}

// Chooser makes selections of scores [U,B]. What may never be selected is taken
// out afterwards.
type Chooser interface {
	// Draw is a selection z in training, with the gradient that it passes on.
	Draw(r Reading, scores *graph.Value) *graph.Value
	// Choose is one in evaluation: 0 or 1 for each unit.
	Choose(r Reading, scores *graph.Value) *graph.Value
	// Probability is how probable the selection of each unit is, 0 to 1.
	Probability(r Reading, scores *graph.Value) *graph.Value
}

// Head classifies from what an encoder reads.
type Head interface {
	// Params are its parameters, to read the encoder e.
	Params(c Config, e Encoder) []nn.Param
	// Pool is what the encoder reads of the whole text, [B,·]. It draws no noise
	// of its own.
	Pool(r Reading, e Encoder) *graph.Value
	// Classify is the logits [B,C].
	Classify(r Reading, pooled *graph.Value) *graph.Value
}

// Names of the heads' parameters, as the reference code has them.
const generatorNorm, generatorHead, predictorHead = "norm", "gen_fc", "cls_fc"

// normedLinear gives every unit two logits by LayerNorm and a linear layer. The
// score is the logit for selecting it minus that for leaving it:
//
//	u = LayerNorm(units),  score = (w₁ − w₀)·dropout(u) + b₁ − b₀.
type normedLinear struct{}

func (normedLinear) Params(_ Config, width int) []nn.Param {
	return append(nn.LayerNormParams(generatorNorm, width), nn.LinearParams(generatorHead, width, 2)...)
}

func (normedLinear) Score(r Reading, units Units) *graph.Value {
	g, w := r.Graph, r.Weights
	keep := r.Keep("keep", r.keepShare(), r.Batch.c.unitsDim(), batchDim, graph.N(units.Width))
	return nn.Score(g, units.States(), keep, r.keepShare(), nn.ScoreParams{
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

// linear is a linear layer on the last axis of x, of any rank.
func (r Reading) linear(name string, x *graph.Value) *graph.Value {
	product := r.MatMul(x, r.Transpose(r.Weights[name+".weight"], 1, 0))
	return r.Add(product, r.Weights[name+".bias"])
}

// unitByUnit selects each unit for itself, with probability σ(score): by hard
// Gumbel-softmax at temperature 1 with the straight-through gradient.
type unitByUnit struct{}

func (unitByUnit) Draw(r Reading, scores *graph.Value) *graph.Value {
	return nn.Straight(r.Graph, scores, r.noise())
}

func (unitByUnit) Choose(r Reading, scores *graph.Value) *graph.Value {
	if noise := r.noise(); noise != nil {
		scores = r.Add(scores, noise)
	}
	return nn.Choose(r.Graph, scores)
}

func (unitByUnit) Probability(r Reading, scores *graph.Value) *graph.Value { return r.Sigmoid(scores) }

// top marks the units of each text with the largest scores, as many as make up the
// method's share of it when each stands for some.
func (r Reading) top(scores *graph.Value, some float64) *graph.Value {
	units := r.Batch.Units
	share := r.Like(units, r.Batch.c.Constants[sparsity]/some)
	count := nn.Portion(r.Graph, share, r.ReduceSum(units, false, 0))
	return r.Mul(nn.Largest(r.Graph, r.within(scores), count), units)
}

// within puts the scores of what is no unit below all others.
func (r Reading) within(scores *graph.Value) *graph.Value {
	units := r.Batch.Units
	return r.Where(r.Greater(units, r.Like(units, 0)), scores, r.Like(scores, never))
}

// never is the score of what must not be selected.
const never = -1e9

// largest classifies from what the encoder pools, of texts each feature's largest
// value over the real positions, by dropout and a linear layer.
type largest struct {
	// norm names a LayerNorm between the encoder and the maximum; empty for none.
	norm string
}

func (f largest) Params(c Config, e Encoder) []nn.Param {
	if f.norm == "" {
		return nn.LinearParams(predictorHead, e.PooledWidth(), c.Classes)
	}
	return append(nn.LayerNormParams(f.norm, e.Width()), nn.LinearParams(predictorHead, e.Width(), c.Classes)...)
}

func (f largest) Pool(r Reading, e Encoder) *graph.Value {
	if f.norm == "" {
		return e.Pool(r)
	}
	h := r.joined(e.States(r))
	return r.Batch.largest(r.Graph, nn.LayerNorm(r.Graph, r.Weights, f.norm, h))
}

func (largest) Classify(r Reading, pooled *graph.Value) *graph.Value {
	return nn.Linear(r.Graph, r.Weights, predictorHead, r.dropout("keep", pooled))
}
