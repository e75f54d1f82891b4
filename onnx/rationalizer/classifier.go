package rationalizer

import "rationale/onnx/graph"

// The full-text classifier: the predictor's architecture on all words, trained
// on 0.9·CE(f_p(x), y). It tells what can be known from the text (A2I, Fig. 3,
// "full text").
var classifier = Method{
	Name:    "classifier",
	Doc:     "the predictor alone on the full text",
	Options: []Option{classes},
	Players: func(c Config) Players { return Players{Predictor: fullTextReader(c, modelTeam)} },
	Loss: func(s *Step, x *Batch, further ...View) (*graph.Value, []*graph.Value) {
		logits := s.Predict(s.players.Predictor, x, append([]View{{"predictor", nil}}, further...)...)
		s.Inspect("logits", logits[0])
		return s.classify(x, logits[0]), logits[1:]
	},
}

var _ = register(classifier)

// fullTextReader is the classifier's predictor, in training or frozen.
func fullTextReader(c Config, team string) *Predictor {
	return &Predictor{Team: team, Encoder: c.encoder("cls")}
}
