package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// The full-text classifier: the predictor's architecture on all words, trained
// on 0.9·CE(f_p(x), y). It tells what can be known from the text (A2I, Fig. 3,
// "full text").
var _ = register(Method{
	Name:    classifierName,
	Doc:     "the predictor alone on the full text",
	Layouts: func(c Config, in int) []nn.Layout { return []nn.Layout{classifierParams(c, in)} },
	Train:   trainClassifier,
	Answer: func(a *Answer) {
		a.logits(OutLogits, a.Weights(modelLayout), nil)
	},
})

const classifierName = "classifier"

func classifierParams(c Config, in int) nn.Layout {
	return nn.Layout{Name: modelLayout, Params: predictorParams(c, in)}
}

func trainClassifier(s *Step) {
	x, w := s.Texts(), s.Weights(modelLayout)
	logits := s.predict(w, x, view{"predictor", nil})[0]
	ce := nn.CrossEntropy(s.g, logits, x.labels)
	s.Metric("cross_entropy", ce)
	s.Metric("hits", nn.HitsByClass(s.g, logits, x.labels, x.labels, s.c.Classes))
	s.Inspect("logits", logits)
	s.Minimize(modelLayout, nn.Times(s.g, s.c.Hyper.ClassWeight, ce))
}

// reader is a trained full-text classifier that reads another model's
// selections in evaluation mode: r2f of A2I's Fig. 3.
func (m model) reader(w nn.Weights, x texts, z *graph.Value) *graph.Value {
	return m.scope("r2f").logits(w, x, z, nil)
}
