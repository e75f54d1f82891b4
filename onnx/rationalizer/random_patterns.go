package rationalizer

import (
	"rationale/onnx/nn"
)

// The random-patterns probe (A2I, Fig. 3): RNP in which the predictor sees z
// as a constant, so that nothing but sparsity trains the generator,
//
//	λ1·|Σz/Σm − s| + 0.9·CE(f_p(stop(z) ⊙ x), y).
//
// What the predictor then learns on the training set alone is a correlation
// that the selection itself created. The same z also goes to a full-text
// classifier trained before (r2f), which never saw it.
//
// The paper's text has the coherence term in the generator's loss too; the
// code leaves it out, and so do we unless PatternsCoherence is set.
var _ = register(Method{
	Name:    "random patterns",
	Doc:     "predictor on selections that only sparsity shaped, read by a full-text classifier too (r2f)",
	Layouts: func(c Config, in int) []nn.Layout { return []nn.Layout{modelParams(c, in)} },
	Train:   trainRandomPatterns,
	Answer:  answerRandomPatterns,
	Selects: true,
	Reader:  classifierName,
})

func trainRandomPatterns(s *Step) {
	g, h, x := s.g, s.c.Hyper, s.Texts()
	w, reader := s.Weights(modelLayout), s.Frozen(readerLayout(s.c, s.in))
	gen := s.sample("generator", w, x)
	logits := s.predict(w, x, view{"predictor", s.Stop(gen.z)})[0]
	ce := nn.CrossEntropy(g, logits, x.labels)
	spa := nn.Sparsity(g, gen.z, x.mask, h.Sparsity)
	r2f := s.model().reader(reader, x, gen.z)

	s.Metric("cross_entropy", ce)
	s.Metric("sparsity_gap", spa)
	s.Metric("hits", nn.HitsByClass(g, logits, x.labels, x.labels, s.c.Classes))
	s.Metric("r2f_hits", nn.HitsByClass(g, r2f, x.labels, x.labels, s.c.Classes))
	s.Metric("entropy", nn.Entropy(g, gen.margin, x.mask))
	s.Metric("share", nn.One(g, g.Div(g.ReduceSum(gen.z, false), g.ReduceSum(x.mask, false))))
	s.Inspect("z", gen.z)
	s.Inspect("logits", logits)
	s.Inspect("r2f_logits", r2f)

	loss := nn.Sum(g, nn.Times(g, h.ClassWeight, ce), nn.Times(g, h.LambdaSparsity, spa))
	if h.PatternsCoherence {
		loss = nn.Sum(g, loss, nn.Times(g, h.LambdaCoherence, nn.Coherence(g, gen.z)))
	}
	s.Minimize(modelLayout, loss)
}

// readerLayout holds the frozen classifier's parameters.
func readerLayout(c Config, in int) nn.Layout {
	return nn.Layout{Name: ReaderLayout, Params: predictorParams(c, in)}
}

func answerRandomPatterns(a *Answer) {
	w := a.Weights(modelLayout)
	z := a.Rationale(a.margin("generator", w), w)
	if a.views.Reader {
		reader := a.Frozen(readerLayout(a.c, a.in))
		a.output(OutReaderLogits, a.model().reader(reader, a.x, z))
	}
}
