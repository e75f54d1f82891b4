package rationalizer

import (
	"cmp"
	"errors"
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// The encoder of A2I's Table 4, in the form of the same authors' BERT
// code (Bert-MCD): the tables of words, positions and types are fixed unless they are
// to learn too, the layers learn, at a rate of their own. A generator reads the whole
// text. A predictor reads the embedding layer's output, positions included, of what is
// shown, and zeros of what is not: its layers attend to both, and to no padding.
//
// [CLS], [SEP] and a query are always shown, never selected and never counted; see
// Config.Marks.
var _ = registerEncoder(EncoderKind{
	Name:       "bert",
	Doc:        "BERT on its pieces, from a checkpoint",
	Pretrained: true,
	New:        func(name string, c Config) Encoder { return bertEncoder{name + ".", c} },
	Check:      checkBERT,
})

// BERTHyper are the settings of BERT encoders.
type BERTHyper struct {
	nn.BERT
	// Checkpoint is the name of the one that they start from, for people.
	Checkpoint string `json:"checkpoint,omitempty"`
	// Pace is the layers' share of the learning rate, which the heads have in full.
	Pace float64 `json:"pace"`
	// FrozenLayers is how many of the lowest layers are fixed, with the LayerNorm
	// before them.
	FrozenLayers int `json:"frozen_layers,omitempty"`
	// TrainTables lets the tables of words, positions and types learn as the layers do.
	// Every encoder then has a table of words of its own.
	TrainTables bool `json:"train_tables,omitempty"`
	// Recompute saves memory.
	Recompute nn.Recompute `json:"recompute,omitempty"`
}

// Check names the first number or setting that makes no sense.
func (h BERTHyper) Check() error {
	return cmp.Or(
		h.BERT.Check(),
		h.checkFrozen(),
		Within(Range{Most: 1, Above: true}, "encoder_pace", h.Pace),
		h.Recompute.Check(),
	)
}

// checkFrozen wants frozen layers that there are, and nothing below them to learn.
func (h BERTHyper) checkFrozen() error {
	switch {
	case h.FrozenLayers < 0 || h.FrozenLayers > h.Layers:
		return fmt.Errorf("settings: frozen_layers = %d; expected 0 to %d", h.FrozenLayers, h.Layers)
	case h.FrozenLayers > 0 && h.TrainTables:
		return fmt.Errorf("settings: frozen_layers = %d and train_tables = true; the tables lie below the frozen layers: leave one of the two out (frozen_layers = 0 freezes none)", h.FrozenLayers)
	}
	return nil
}

// checkBERT names the first thing that makes no sense.
func checkBERT(_ Method, c Config) error {
	if c.BERT == nil {
		return errors.New("the encoder bert has the size and form of a checkpoint, and none is given")
	}
	if err := c.BERT.Check(); err != nil {
		return err
	}
	switch {
	case !c.Marks:
		return errors.New("the encoder bert reads texts in pieces between [CLS] and [SEP], and these have no such marks; tokenize them with wordpiece")
	case c.BERT.Width != c.width():
		return fmt.Errorf("the encoder's pieces have vectors of %d numbers and the data's of %d; read the data with the checkpoint's own pieces", c.BERT.Width, c.width())
	}
	return nil
}

// bertEncoder is a player's BERT. Unless the tables learn, that of words is the data's
// (EmbeddingWeight): all encoders share it.
type bertEncoder struct {
	prefix string // of its parameters' names
	c      Config
}

// layersGroup is the group of the layers, which learn at a pace of their own.
const layersGroup = "layers"

func (e bertEncoder) Params() []nn.Param {
	form := e.c.BERT
	params := append(e.tables(), e.learning(0, form.NormParams(e.prefix))...)
	for i := range form.Layers {
		params = append(params, e.learning(i, form.LayerParams(e.prefix, i))...)
	}
	return params
}

// tables are the encoder's own.
func (e bertEncoder) tables() []nn.Param {
	tables := e.c.BERT.TableParams(e.prefix)
	if e.c.BERT.TrainTables {
		return e.learning(0, tables)
	}
	return fixed(tables[1:]) // the first is that of words
}

// learning are parameters of a layer, which learn unless it is frozen.
func (e bertEncoder) learning(layer int, params []nn.Param) []nn.Param {
	if layer < e.c.BERT.FrozenLayers {
		return fixed(params)
	}
	for i := range params {
		params[i].Group, params[i].Pace = layersGroup, e.c.BERT.Pace
	}
	return params
}

func fixed(params []nn.Param) []nn.Param {
	for i := range params {
		params[i].Fixed = true
	}
	return params
}

func (e bertEncoder) Width() int { return e.c.BERT.Width }

func (e bertEncoder) PooledWidth() int { return e.Width() }

// States are those of the highest layer.
func (e bertEncoder) States(r Reading) []*graph.Value {
	h := e.c.BERT.Embed(r.Graph, r.Weights, e.prefix, e.words(r), r.Batch.parts(r.Graph), r.Keep)
	if r.Shown != nil {
		h = r.Mul(h, r.Unsqueeze(r.Shown, 2))
	}
	return []*graph.Value{e.c.BERT.Encode(r.Graph, r.Weights, e.prefix, h, r.Batch.Real, nn.Training{Keep: r.Keep, Recompute: e.c.BERT.Recompute})}
}

// words are the vectors that the encoder has of the words at all positions, [T,B,W].
func (e bertEncoder) words(r Reading) *graph.Value {
	if e.c.BERT.TrainTables {
		return r.Batch.vectorsIn(r.Graph, r.Weights[e.prefix+nn.WordTable])
	}
	return r.Batch.vectors(r.Graph)
}

func (e bertEncoder) Pool(r Reading) *graph.Value { return r.Batch.largest(r.Graph, e.States(r)[0]) }
