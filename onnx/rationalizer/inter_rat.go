package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Inter_RAT (Yue et al. 2023, "Interventional Rationalization", in the form of
// its authors' code): RNP whose players look at the labels as well, so that what
// goes along with a class does not pass for what tells it. A table holds an
// embedding Y_k of each class k. Beside the state h of a word or text the players
// see its context, in which every class counts by its prior π:
//
//	c = Σ_k π_k a_k Y_k,  a = softmax_k(h · W Y_k);
//
// the generator scores h ‖ c of each unit, the predictor classifies the mean
// state of the selected words, with W = 1. The loss is per text,
//
//	CE(f_p(z ⊙ x), y) + λ1·mean_b|Σz/len − s| + λ2·mean_b Σ|z_t − z_{t−1}|/(len − 1).
var interRAT = Method{
	Name: "Inter_RAT",
	Doc:  "RNP whose players see each word in the context of the labels (Yue et al. 2023)",
	Options: append(withDefaults(selections, Values{classWeight: 1, sparsity: .2, lambdaSparsity: .05, lambdaCoherence: .01}),
		Option{Name: classPrior, Constant: true, Share: true, Default: .5, Doc: "π of the last class against each of the others"}),
	Players: func(c Config) Players {
		reader := wordDropout{c.encoder("cls")}
		return Players{
			Generator: &Generator{
				Team: modelTeam, Encoder: wordDropout{c.encoder("gen")},
				Scorer: inContext{labels: reader.Width()}, Chooser: withinText{},
			},
			Predictor: &Predictor{Team: modelTeam, Encoder: reader, Head: meanInContext{}},
		}
	},
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z := s.Select(s.players.Generator, "generator", x)
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", z.Shown}}, further...)...)
		s.Inspect("z", z.Units)
		s.Inspect("logits", logits[0])
		gap := nn.SparsityByText(s.g, z.Units, x.Units, s.Scalar(sparsity))
		jumps := nn.CoherenceByText(s.g, z.Units, x.Units)
		s.Measure("sparsity_gap", Mean, gap)
		s.Measure("sparsity", Mean, nn.Share(s.g, z.Units, x.Units))
		s.Measure("coherence", Mean, jumps)
		return nn.Sum(s.g, s.classify(x, logits[0]),
			s.g.Mul(s.Scalar(lambdaSparsity), gap), s.g.Mul(s.Scalar(lambdaCoherence), jumps)), logits[1:]
	},
}

var _ = register(attackable(interRAT), a2i(interRAT))

// The names of the prior and of the parameters that are Inter_RAT's own.
const classPrior, labelTable, labelMap = "class_prior", "labels", "label_map"

// inContext scores units by a linear layer on their states and contexts: the
// logit for selecting one minus that for leaving it. The label table is shared
// with the predictor and as wide as its encoder.
type inContext struct{ labels int }

func (f inContext) Params(c Config, width int) []nn.Param {
	mapping := nn.LinearParams(labelMap, f.labels, width)[:1] // a bias would cancel in the softmax
	return slices.Concat([]nn.Param{labelParam(c, f.labels)}, mapping, nn.LinearParams(generatorHead, width+f.labels, 2))
}

func (inContext) Score(r Reading, units Units) *graph.Value {
	h := r.joined(units.States())
	mapped := r.MatMul(r.Weights[labelTable], r.Transpose(r.Weights[labelMap+".weight"], 1, 0))
	h = r.Concat(2, h, r.context(h, mapped))
	weight, bias := r.Weights[generatorHead+".weight"], r.Weights[generatorHead+".bias"]
	score := r.MatMul(h, r.Transpose(difference(r.Graph, weight), 1, 0))
	return r.Add(r.Squeeze(score, 2), difference(r.Graph, bias))
}

// meanInContext classifies by a linear layer on the mean state of the selected
// words and its context.
type meanInContext struct{}

func (meanInContext) Params(c Config, e Encoder) []nn.Param {
	return append([]nn.Param{labelParam(c, e.Width())}, nn.LinearParams(predictorHead, 2*e.Width(), c.Classes)...)
}

// Pool is Σ_t h_t / (Σz + [Σz = 0]) over the real positions.
func (meanInContext) Pool(r Reading, e Encoder) *graph.Value {
	real, shown := r.Batch.Real, r.Batch.Real
	if r.Shown != nil {
		shown = r.Mul(r.Shown, real)
	}
	h := r.Mul(r.joined(e.States(r)), r.Unsqueeze(real, 2))
	n := r.ReduceSum(shown, true, 0)
	n = r.Add(n, r.Cast(r.Equal(n, r.Like(n, 0)), n.DType))
	return r.Div(r.ReduceSum(h, false, 0), r.Transpose(n, 1, 0))
}

func (meanInContext) Classify(r Reading, pooled *graph.Value) *graph.Value {
	context := r.context(pooled, r.Weights[labelTable])
	return nn.Linear(r.Graph, r.Weights, predictorHead, r.Concat(1, pooled, context))
}

// labelParam is the table Y [C,width].
func labelParam(c Config, width int) nn.Param {
	return nn.Param{Name: labelTable, Shape: []int64{int64(c.Classes), int64(width)}, Init: nn.Init{Deviation: .1}}
}

// context is Σ_k π_k a_k Y_k with a = softmax_k(h · key_k) for states h […,W] and
// keys [C,W].
func (r Reading) context(h, keys *graph.Value) *graph.Value {
	a := r.Softmax(r.MatMul(h, r.Transpose(keys, 1, 0)), -1)
	return r.MatMul(r.Mul(a, r.priors(a)), r.Weights[labelTable])
}

// priors is π, [C]: the last class has class_prior against 1 − class_prior of
// each other one.
func (r Reading) priors(like *graph.Value) *graph.Value {
	c := r.Batch.c
	last := c.Constants[classPrior]
	prior, total := make([]float64, c.Classes), float64(c.Classes-1)*(1-last)+last
	for k := range prior {
		prior[k] = (1 - last) / total
	}
	prior[c.Classes-1] = last / total
	return nn.Constant(r.Graph, "prior", like, []int64{int64(c.Classes)}, prior)
}

// withinText selects each unit for itself, and none that does not count, padding
// included.
type withinText struct{ unitByUnit }

func (f withinText) Draw(r Reading, scores *graph.Value) *graph.Value {
	return r.Mul(f.unitByUnit.Draw(r, scores), r.Batch.Units)
}

func (f withinText) Choose(r Reading, scores *graph.Value) *graph.Value {
	return r.Mul(f.unitByUnit.Choose(r, scores), r.Batch.Units)
}

// wordDropout is an encoder that reads words of which training drops features.
type wordDropout struct{ Encoder }

func (e wordDropout) States(r Reading) []*graph.Value { return e.Encoder.States(e.dropped(r)) }

func (e wordDropout) Pool(r Reading) *graph.Value { return e.Encoder.Pool(e.dropped(r)) }

func (e wordDropout) dropped(r Reading) Reading {
	keep := r.Keep("embeddings", r.keepShare(), timeDim, r.Batch.Real.Shape[1], graph.N(r.Batch.c.width()))
	if keep != nil {
		r.Batch = r.Batch.withWords(r.Graph, nn.Dropout(r.Graph, r.vectors(e.Encoder), keep, r.keepShare()))
	}
	return r
}
