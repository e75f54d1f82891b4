package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// CR (Zhang et al. 2023, "Towards Trustworthy Explanation: On Causal
// Rationalization", in the form of its authors' code, with the papers' GRU in
// place of BERT): what is selected should be sufficient and, word by word,
// necessary. Training selects by relaxed Bernoulli variables of probability p,
// evaluation the ⌈π·len⌉ units of the largest. The loss is
//
//	CE(f_p(z ⊙ x), y) + β·KL(p ‖ π) − μ·mean_j log max(1, P_y(z) − P_y(z∖j) + 1),
//
// where P_y is the probability that f_p gives to the label, P_y(z) is a constant,
// and j runs over a drawn few of the units with z > 0.8, which z∖j leaves out. The
// authors' code keeps this last term of a batch's last text alone; we average over
// the texts.
var cr = crOf(128)

// crOf is CR with so many hidden units in the generator's scorer.
func crOf(hidden int) Method {
	return Method{
		Name: "CR",
		Doc:  "selections whose every word the prediction needs (Zhang et al. 2023)",
		Options: []Option{
			{Name: classWeight, Doc: classes.Doc, Default: 1},
			{Name: sparsity, Constant: true, Share: true, Default: .1, Doc: "π: share of selected units"},
			{Name: priorWeight, Default: 1, Doc: "β: weight of the divergence from π"},
			{Name: counterfactualWeight, Default: .1, Doc: "μ: weight of what leaving out a unit must cost"},
			{Name: counterfactualShare, Share: true, Default: .05, Doc: "k: share of a text's units that are left out in turn"},
		},
		Players: func(c Config) Players {
			return Players{
				Generator: &Generator{Team: modelTeam, Encoder: c.encoder("enc"), Scorer: perceptron{hidden}, Chooser: relaxed{.5}},
				Predictor: &Predictor{Team: modelTeam, Encoder: weighted{c.encoder("cls")}},
			}
		},
		Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
			z := s.Select(s.players.Generator, "generator", x)
			logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", z.Shown}}, further...)...)
			s.Inspect("z", z.Units)
			s.Inspect("logits", logits[0])
			s.Measure("sparsity", Mean, nn.Share(s.g, z.Units, x.Units))
			return nn.Sum(s.g, s.classify(x, logits[0]), s.nearPrior(x, z), s.necessary(x, z, logits[0])), logits[1:]
		},
	}
}

var _ = register(attackable(cr), a2i(cr))

// The names of CR's own options and parameters.
const (
	priorWeight          = "prior_weight"
	counterfactualWeight = "counterfactual_weight"
	counterfactualShare  = "counterfactual_share"

	hiddenLayer, scoreLayer = "enc_fc1", "enc_fc2"
)

// nearPrior is β·KL(p ‖ π).
func (s *Step) nearPrior(x *Batch, z Selection) *graph.Value {
	kl := nn.PriorDivergence(s.g, z.Scores, x.Units, s.Scalar(sparsity))
	s.Measure("kl", Mean, kl)
	return s.g.Mul(s.Scalar(priorWeight), kl)
}

// perceptron scores units by a layer of hidden units, with dropout on the score
// itself.
type perceptron struct{ hidden int }

func (f perceptron) Params(_ Config, width int) []nn.Param {
	return slices.Concat(nn.LinearParams(hiddenLayer, width, f.hidden), nn.LinearParams(scoreLayer, f.hidden, 1))
}

func (perceptron) Score(r Reading, units Units) *graph.Value {
	h := r.Relu(r.linear(hiddenLayer, r.joined(units.States())))
	return r.dropout("keep", r.Squeeze(r.linear(scoreLayer, h), 2))
}

// relaxed selects each unit by a relaxed Bernoulli variable, between 0 and 1, of
// probability σ(score); in evaluation the most probable ones.
type relaxed struct{ temperature float64 }

func (f relaxed) Draw(r Reading, scores *graph.Value) *graph.Value {
	y := r.Add(scores, r.noise())
	return r.Mul(r.Sigmoid(r.Div(y, r.Like(y, f.temperature))), r.Batch.Units)
}

func (relaxed) Choose(r Reading, scores *graph.Value) *graph.Value { return r.top(scores, 1) }

func (relaxed) Probability(r Reading, scores *graph.Value) *graph.Value { return r.Sigmoid(scores) }

// weighted is an encoder that reads every word as much as it is shown.
type weighted struct{ Encoder }

func (e weighted) States(r Reading) []*graph.Value { return e.Encoder.States(e.weighed(r)) }

func (e weighted) Pool(r Reading) *graph.Value { return e.Encoder.Pool(e.weighed(r)) }

func (e weighted) weighed(r Reading) Reading {
	if r.Shown != nil {
		r.Batch = r.Batch.withWords(r.Graph, r.Mul(r.vectors(e.Encoder), r.Unsqueeze(r.Shown, 2)))
		r.Shown = nil
	}
	return r
}

// counterfactuals are the units left out, one a row: N texts of the batch again.
type counterfactuals struct {
	at         *graph.Value // [N] int64: the place among all units [U,B]
	unit, text *graph.Value // [N] int64
	weight     *graph.Value // [N]: 1 over the rows of the text, 0 in a row that is none
}

// leftOutDim is the number of counterfactuals.
var leftOutDim = graph.Sym("N")

// selected is from where on a relaxed unit can be left out.
const selected = .8

// necessary is −μ·mean_b mean_j log max(1, P_y(z) − P_y(z∖j) + 1). A text of which
// nothing can be left out counts 0.
func (s *Step) necessary(x *Batch, z Selection, logits *graph.Value) *graph.Value {
	f := s.leaveOut(x, z)
	g := s.g.Scope("counterfactual")
	whole := g.Gather(s.Stop(labelProbability(g, logits, x.Labels)), f.text, 0)
	less := labelProbability(g, s.predictWithout(x, z, f), g.Gather(x.Labels, f.text, 0))
	one := g.Like(less, 1)
	loss := g.Mul(g.Log(g.Max(g.Add(g.Sub(whole, less), one), one)), f.weight)
	texts := g.Cast(g.DimValue(batchDim), loss.DType)
	term := g.Neg(g.Div(g.ReduceSum(loss, true, 0), texts))
	s.Measure("counterfactual", Mean, term)
	return g.Mul(s.Scalar(counterfactualWeight), term)
}

// labelProbability is softmax(logits) at the labels, [·].
func labelProbability(g *graph.Graph, logits, labels *graph.Value) *graph.Value {
	return g.Squeeze(g.GatherElements(g.Softmax(logits, -1), g.Unsqueeze(labels, 1), 1), 1)
}

// leaveOut draws ⌈k·len⌉ of each text's selected units, or all if there are fewer.
// The batch's first unit is always a row, if need be of no weight: an encoder
// wants one text at least.
func (s *Step) leaveOut(x *Batch, z Selection) counterfactuals {
	order := s.noise("counterfactual/order", s.c.unitsDim(), batchDim)
	g := s.g.Scope("counterfactual")
	among := g.Greater(z.Units, g.Like(z.Units, selected))
	count := nn.Portion(g, s.Scalar(counterfactualShare), g.ReduceSum(x.Units, false, 0))
	drawn := nn.Largest(g, g.Where(among, order, g.Like(order, never)), count)
	drawn = g.Mul(drawn, g.Cast(among, drawn.DType))
	weight := g.Div(drawn, g.Max(g.ReduceSum(drawn, true, 0), g.Like(drawn, 1)))
	return s.rowsOf(g, flatten(g, weight))
}

// rowsOf makes rows of the units [U·B] that have a weight, and of the first one.
func (s *Step) rowsOf(g *graph.Graph, weight *graph.Value) counterfactuals {
	first := g.Cast(g.Equal(g.Range(weight.Shape[0]), g.Ints(0)), weight.DType)
	at := g.Squeeze(g.NonZero(g.Greater(g.Add(weight, first), g.Like(weight, 0)), leftOutDim), 1)
	texts := g.DimValue(batchDim)
	unit := g.Div(at, texts)
	return counterfactuals{at, unit, g.Sub(at, g.Mul(unit, texts)), g.Gather(weight, at, 0)}
}

// flatten joins the axes of units and texts, the first two.
func flatten(g *graph.Graph, x *graph.Value) *graph.Value {
	return g.Reshape(x, append(graph.Shape{x.Shape[:2].Count()}, x.Shape[2:]...)...)
}

// predictWithout is f_p on the counterfactuals, with dropout of their own: the
// logits [N,C].
func (s *Step) predictWithout(x *Batch, z Selection, f counterfactuals) *graph.Value {
	g := s.g.Scope("counterfactual")
	some := x.pick(f.text)
	others := g.Cast(g.Not(g.Equal(g.Unsqueeze(g.Range(z.Units.Shape[0]), 1), f.unit)), z.Units.DType)
	left := g.Mul(g.Gather(z.Units, f.text, 1), others)
	p := s.players.Predictor
	r := s.reading(p.Team, "counterfactual", some, some.shown(g, some.positions(g, left)))
	r.Keep = func(part string, share float64, shape ...graph.Dim) *graph.Value {
		return s.keepOfRows(f, part, share, shape)
	}
	return p.head().Classify(r, p.pool(r))
}

// keepOfRows is a dropout mask for the counterfactuals. Their number is not known
// before the step, so there is a mask for every unit, of which theirs are taken;
// inside an encoder, one for every text.
func (s *Step) keepOfRows(f counterfactuals, part string, share float64, shape graph.Shape) *graph.Value {
	axis, all := slices.Index(shape, leftOutDim), slices.Clone(shape)
	all[axis] = batchDim
	if axis == 0 {
		all = append(graph.Shape{s.c.unitsDim()}, all...)
	}
	keep := s.keep("counterfactual/"+part, share, all...)
	switch {
	case keep == nil:
		return nil
	case axis == 0:
		return s.g.Gather(flatten(s.g, keep), f.at, 0)
	}
	return s.g.Gather(keep, f.text, axis)
}
