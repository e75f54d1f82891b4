package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
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
// code leaves it out, and so do we unless patterns_coherence says otherwise.
var randomPatterns = Method{
	Name: "random patterns",
	Doc:  "predictor on selections that only sparsity shaped, read by a full-text classifier too (r2f)",
	Options: append(slices.Clone(selections),
		Option{Name: "patterns_coherence", Doc: "factor on λ2 in the loss: 1 as in the paper's text"}),
	Players: rnp.Players,
	Reader:  classifier.Name,
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		z := s.Select(s.players.Generator, "generator", x)
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", s.Stop(z.Shown)}}, further...)...)
		r2f := s.ReadFrozen(x, z)
		s.Measure("accuracy_r2f", Rate, s.hits(r2f, x.Labels, x))
		s.Measure("entropy", Mean, nn.Entropy(s.g, z.Scores, x.Units))
		s.Inspect("z", z.Units)
		s.Inspect("logits", logits[0])
		s.Inspect("r2f_logits", r2f)
		return nn.Sum(s.g, s.classify(x, logits[0]), s.sparse(x, z),
			s.g.Mul(s.Scalar("patterns_coherence"), s.coherent(x, z))), logits[1:]
	},
}

var _ = register(randomPatterns)
