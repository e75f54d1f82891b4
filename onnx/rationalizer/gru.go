package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

var _ = registerEncoder(EncoderKind{
	Name: "gru",
	Doc:  "a bidirectional GRU on frozen word vectors",
	New:  func(name string, c Config) Encoder { return gruEncoder{name, c} },
})

// gruEncoder is the papers' encoder of texts: one bidirectional layer on frozen
// word vectors.
type gruEncoder struct {
	name string
	c    Config
}

func (e gruEncoder) Params() []nn.Param { return nn.GRUParams(e.name, e.c.width(), e.c.Hyper.Hidden) }

func (e gruEncoder) Width() int { return 2 * e.c.Hyper.Hidden }

func (e gruEncoder) PooledWidth() int { return e.Width() }

// States are those of the two directions.
func (e gruEncoder) States(r Reading) []*graph.Value {
	forward, backward := nn.GRU(r.Graph, r.Weights, e.name, e.sequence(r))
	return []*graph.Value{forward, backward}
}

func (e gruEncoder) Pool(r Reading) *graph.Value {
	return nn.PooledGRU(r.Graph, r.Weights, e.name, e.sequence(r))
}

func (e gruEncoder) sequence(r Reading) nn.Sequence {
	rows, places := r.Batch.Words()
	return nn.Sequence{
		Rows: rows, Places: places, Mask: r.Batch.Real, Shown: r.Shown,
		OverPadding: e.c.Hyper.Padding == Paper,
	}
}
