package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// RNP (Lei et al. 2016, in the form of A2I's reference code): generator and
// predictor with encoders of their own, trained together on
//
//	0.9·CE(f_p(z ⊙ x), y) + λ1·|Σz/Σm − s| + λ2·mean|z_t − z_{t−1}|.
//
// With Hyper.Attack an attacker is trained beside it, for the attack success
// rate alone: its gradient does not touch the model.
var _ = register(Method{
	Name:     "RNP",
	Doc:      "generator and predictor trained together (Lei et al. 2016)",
	Layouts:  rnpLayouts,
	Train:    trainRNP,
	Answer:   answerAttacked,
	Attacked: true,
	Selects:  true,
})

// The names of the flat parameter vectors.
const modelLayout, attackerLayout = "model", "attacker"

func modelParams(c Config, in int) nn.Layout {
	return nn.Layout{Name: modelLayout, Params: append(generatorParams(c, in), predictorParams(c, in)...)}
}

func rnpLayouts(c Config, in int) []nn.Layout {
	if c.Hyper.Attack {
		return attackedLayouts(c, in)
	}
	return []nn.Layout{modelParams(c, in)}
}

func trainRNP(s *Step) {
	if s.c.Hyper.Attack {
		trainAttacked(s, 0)
		return
	}
	w, x := s.Weights(modelLayout), s.Texts()
	gen := s.sample("generator", w, x)
	logits := s.predict(w, x, view{"predictor", gen.z})
	s.Minimize(modelLayout, s.cooperate(x, gen, logits[0]))
}

// selection is one sampled rationale with what the losses need.
type selection struct{ margin, z *graph.Value }

// sample draws z from a generator (or attacker) with the noise and dropout of
// the given purpose.
func (s *Step) sample(scope string, w nn.Weights, x texts) selection {
	return s.sampleFrom(scope, w, s.model().scope(scope).encode(w, x), x)
}

// sampleFrom is sample with the encoder's states, which depend on no noise.
func (s *Step) sampleFrom(scope string, w nn.Weights, h states, x texts) selection {
	m := s.model().scope(scope)
	margin := m.margin(w, h, s.keep(scope+"/keep", timeDim, batchDim, graph.N(2*s.c.Hyper.Hidden)))
	z := nn.Straight(m.g, margin, s.noise(scope+"/noise", timeDim, batchDim))
	return selection{margin, m.selectable(z, x)}
}

// view is a selection that f_p reads and the purpose of its dropout; a nil z
// shows the whole text.
type view struct {
	purpose string
	z       *graph.Value
}

// predict is f_p on one or several views of the same texts, which it reads as
// one batch: the logits [B,C] of each.
func (s *Step) predict(w nn.Weights, x texts, views ...view) []*graph.Value {
	m := s.model().scope(views[0].purpose)
	var zs []*graph.Value
	for _, v := range views {
		zs = append(zs, v.z)
	}
	var logits []*graph.Value
	for i, pooled := range m.read(w, x, zs...) {
		keep := s.keep(views[i].purpose+"/keep", batchDim, graph.N(2*s.c.Hyper.Hidden))
		logits = append(logits, s.model().scope(views[i].purpose).classify(w, pooled, keep))
	}
	return logits
}

// regularizers are Ω(z) = λ1·sparsity + λ2·coherence.
func (s *Step) regularizers(x texts, z *graph.Value) *graph.Value {
	h := s.c.Hyper
	spa := nn.Sparsity(s.g, z, x.mask, h.Sparsity)
	coh := nn.Coherence(s.g, z)
	s.Metric("sparsity_gap", spa)
	s.Metric("coherence", coh)
	return nn.Sum(s.g, nn.Times(s.g, h.LambdaSparsity, spa), nn.Times(s.g, h.LambdaCoherence, coh))
}

// cooperate is the loss of RNP on a selection and the logits that it led to.
func (s *Step) cooperate(x texts, gen selection, logits *graph.Value) *graph.Value {
	g := s.g
	ce := nn.CrossEntropy(g, logits, x.labels)
	s.Metric("cross_entropy", ce)
	s.Metric("hits", nn.HitsByClass(g, logits, x.labels, x.labels, s.c.Classes))
	s.Metric("share", nn.One(g, g.Div(g.ReduceSum(gen.z, false), g.ReduceSum(x.mask, false))))
	s.Inspect("z", gen.z)
	s.Inspect("logits", logits)
	return nn.Sum(g, nn.Times(g, s.c.Hyper.ClassWeight, ce), s.regularizers(x, gen.z))
}
