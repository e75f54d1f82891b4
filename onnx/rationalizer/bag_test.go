package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// A bag of words, for tests: an encoder that reads every word by itself. All
// that it takes is this file.
var _ = registerEncoder(EncoderKind{
	Name: "bag",
	Doc:  "each word's vector by itself, through one layer",
	New:  func(name string, c Config) Encoder { return bag{name, c.width(), c.Hyper.Hidden} },
})

type bag struct {
	name      string
	in, width int
}

func (e bag) Params() []nn.Param { return nn.LinearParams(e.name, e.in, e.width) }

func (e bag) Width() int { return e.width }

func (e bag) PooledWidth() int { return e.width }

// States are tanh(W·x + b) of the words that are shown, 0 of the others.
func (e bag) States(r Reading) []*graph.Value {
	rows, places := r.Batch.Words()
	h := r.Gather(r.Tanh(nn.Linear(r.Graph, r.Weights, e.name, rows)), places, 0)
	if r.Shown != nil {
		h = r.Mul(h, r.Unsqueeze(r.Shown, 2))
	}
	return []*graph.Value{h}
}

func (e bag) Pool(r Reading) *graph.Value { return r.Batch.largest(r.Graph, e.States(r)[0]) }
