package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// A2R (Yu et al. 2021, "Understanding Interlocking Dynamics of Cooperative
// Rationalization", in the form of its authors' notebook for words): attention and
// selection on one encoder. A soft head classifies from all states, weighted by
// attention a; a hard head reads nothing but the bigrams with the most attention.
// Each has to say what the other does,
//
//	CE(soft, y) + CE(hard, y) + KL(hard ‖ soft) + KL(soft ‖ hard),
//
// and as z is a constant, the soft head alone teaches what to select. The number
// of bigrams follows the length of a text, ⌈s·len/2⌉, so that at most a share s of
// it is selected, and a word; the notebook has a fixed number.
var a2r = Method{
	Name: "A2R",
	Doc:  "attention teaches what to select, and both readings agree (Yu et al. 2021)",
	Options: []Option{
		{Name: classWeight, Doc: classes.Doc, Default: 1},
		{Name: sparsity, Constant: true, Share: true, Default: .2, Doc: "s: share of selected units"},
	},
	Players: func(c Config) Players {
		c.Hyper.Padding = Trim // the authors read packed sequences
		shared := c.encoder("gru")
		return Players{
			Generator: &Generator{Team: modelTeam, Encoder: shared, Scorer: attention{}, Chooser: bigrams{}},
			Predictor: &Predictor{Team: modelTeam, Encoder: shared, Head: largestShown{}},
		}
	},
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z := s.Select(s.players.Generator, "generator", x)
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", z.Shown}}, further...)...)
		hard, soft := logits[0], s.attend(x, z)
		s.Inspect("z", z.Units)
		s.Inspect("attention", z.Scores)
		s.Inspect("logits", hard)
		s.Inspect("logits_soft", soft)
		s.Measure("sparsity", Mean, nn.Share(s.g, z.Units, x.Units))
		return nn.Sum(s.g, s.classify(x, hard), s.classifySoftly(x, soft), s.agree(hard, soft)), logits[1:]
	},
}

var _ = register(attackable(a2r), a2i(a2r))

// The names of A2R's own parameters.
const attentionHead, softHead, hardHead = "att", "soft_fc", "hard_fc"

// attend is the soft head on Σ_t a_t h_t: the logits [B,C].
func (s *Step) attend(x *Batch, z Selection) *graph.Value {
	r := s.reading(modelTeam, "soft", x, nil)
	pooled := r.ReduceSum(r.Mul(r.joined(z.States), r.Unsqueeze(z.Scores, 2)), false, 0)
	return nn.Linear(r.Graph, r.Weights, softHead, pooled)
}

// classifySoftly is CE(soft, y).
func (s *Step) classifySoftly(x *Batch, soft *graph.Value) *graph.Value {
	ce := nn.CrossEntropy(s.g, soft, x.Labels)
	s.Measure("soft_cross_entropy", Mean, ce)
	return s.g.Mul(s.Scalar(classWeight), ce)
}

// agree is KL(hard ‖ soft) + KL(soft ‖ hard).
func (s *Step) agree(hard, soft *graph.Value) *graph.Value {
	hardSoft, softHard := nn.Divergence(s.g, hard, soft), nn.Divergence(s.g, soft, hard)
	s.Measure("kl_hard_soft", Mean, hardSoft)
	s.Measure("kl_soft_hard", Mean, softHard)
	return s.g.Add(hardSoft, softHard)
}

// attention is softmax(w · h) over a text's units, 0 behind them. The soft head's
// parameters belong to it.
type attention struct{}

func (attention) Params(c Config, width int) []nn.Param {
	weight := nn.LinearParams(attentionHead, width, 1)[:1] // a bias would cancel in the softmax
	return slices.Concat(weight, nn.LinearParams(softHead, width, c.Classes))
}

func (attention) Score(r Reading, units Units) *graph.Value {
	h := r.joined(units.States())
	score := r.Squeeze(r.MatMul(h, r.Transpose(r.Weights[attentionHead+".weight"], 1, 0)), 2)
	return r.Mul(r.Softmax(r.within(score), 0), r.Batch.Units)
}

// bigrams selects the neighbours in a text with the largest summed attention. A
// text of one word has none. Sentences are selected by themselves.
type bigrams struct{}

// Draw is Choose: it draws nothing, and has no gradient.
func (f bigrams) Draw(r Reading, scores *graph.Value) *graph.Value { return f.Choose(r, scores) }

func (bigrams) Choose(r Reading, scores *graph.Value) *graph.Value {
	if r.Batch.c.Unit == Sentence {
		return r.top(scores, 1)
	}
	units := r.Batch.Units
	pairs := r.Mul(units, r.next(units))
	sums := r.Where(r.Greater(pairs, r.Like(pairs, 0)), r.Add(scores, r.next(scores)), r.Like(scores, never))
	chosen := r.Mul(r.top(sums, 2), pairs)
	return r.Max(chosen, r.before(chosen))
}

// Probability is the attention: the share of the soft reading.
func (bigrams) Probability(_ Reading, scores *graph.Value) *graph.Value { return scores }

// next is each position's follower, and before its predecessor; 0 for none.
func (r Reading) next(x *graph.Value) *graph.Value {
	return r.Pad(r.Slice(x, 0, 1, graph.SliceEnd), []int{0, 0}, []int{1, 0})
}

func (r Reading) before(x *graph.Value) *graph.Value {
	return r.Pad(r.Slice(x, 0, 0, -1), []int{1, 0}, []int{0, 0})
}

// largestShown classifies from each feature's largest value over what is shown by
// a linear layer; where nothing is, from zeros.
type largestShown struct{}

func (largestShown) Params(c Config, e Encoder) []nn.Param {
	return nn.LinearParams(hardHead, e.Width(), c.Classes)
}

func (largestShown) Pool(r Reading, e Encoder) *graph.Value {
	shown := r.Shown
	if shown == nil {
		shown = r.Batch.Real
	}
	some := r.Transpose(r.Greater(r.ReduceSum(shown, true, 0), r.Like(shown, 0)), 1, 0)
	best := largestAt(r.Graph, r.joined(e.States(r)), shown)
	return r.Where(some, best, r.Like(best, 0))
}

func (largestShown) Classify(r Reading, pooled *graph.Value) *graph.Value {
	return nn.Linear(r.Graph, r.Weights, hardHead, pooled)
}
