package rationalizer

import (
	"cmp"
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Padding says what happens at positions behind the end of a text.
type Padding string

const (
	// Trim is the default: batches are as long as their longest text, padding
	// is never selected and the recurrence does not run over it, so that the
	// backward direction starts at the last word.
	Trim Padding = "trim"
	// Paper is what the reference code does: every text is padded to the
	// maximum, padding can be selected and counts as selected, and the
	// recurrence runs over it.
	Paper Padding = "paper"
)

// Hyper are the settings that graphs of every method depend on, beside the
// method's own flags. The zero value is not usable; start from Defaults.
type Hyper struct {
	Hidden      int     `json:"hidden" toml:"hidden"`   // units of the GRU, each direction
	Dropout     float64 `json:"dropout" toml:"dropout"` // share of features dropped
	Padding     Padding `json:"padding" toml:"padding"`
	ClipNorm    float64 `json:"clip_norm" toml:"clip_norm"` // 0: no clipping
	WeightDecay float64 `json:"weight_decay" toml:"weight_decay"`
}

// Defaults are the settings both papers share (METHODS: A2I's text settings).
func Defaults() Hyper { return Hyper{Hidden: 100, Dropout: 0.2, Padding: Trim} }

// MaxHidden bounds the units of a recurrence, far beyond what anybody needs.
const MaxHidden = 1 << 16

// Check names the first setting that makes no sense, with its range.
func (h Hyper) Check() error {
	if h.Padding != Trim && h.Padding != Paper {
		return fmt.Errorf("settings: padding = %q; expected %q or %q", h.Padding, Trim, Paper)
	}
	return cmp.Or(
		Within(Range{Least: 1, Most: MaxHidden}, "hidden", h.Hidden),
		Within(Range{Most: 1, Below: true}, "dropout", h.Dropout),
		Within(NotNegative, "clip_norm", h.ClipNorm),
		Within(NotNegative, "weight_decay", h.WeightDecay),
	)
}

func (h Hyper) optimizer() nn.Optimizer {
	o := nn.Adam()
	o.ClipNorm, o.WeightDecay = h.ClipNorm, h.WeightDecay
	return o
}

// Config is everything that a model's graphs depend on.
type Config struct {
	Method  string
	Encoder string // of EncoderKind; empty for the default
	Classes int
	// Vectors [V,E] are the frozen word vectors, a constant of the graphs; row
	// 0, for padding and unknown words, is zero. Their element type (float32,
	// or float64 to check gradients) is the graphs'. Without them the graphs
	// have a float32 input embedding.weight [V,Width].
	Vectors *tensor.Tensor
	Width   int
	Hyper   Hyper
	Graph   GraphHyper // of an encoder of graphs
	BERT    *BERTHyper // of the encoder bert
	// Flags are the method's; those that are missing have their defaults.
	Flags map[string]bool
	// Constants are the method's; those that are missing have their defaults.
	Constants Values
	// Query tells that a part of some texts, such as a claim, is always shown,
	// never selected and never counted.
	Query bool
	// Marks tells that some pieces of every text, such as [CLS] and [SEP], are marks:
	// they are always shown, never selected and never counted either.
	Marks bool
	// Unit is what is selected.
	Unit Unit
	// Probe trains a fresh attacker, alone, against the finished model, whose
	// parameters are inputs that never change.
	Probe bool
	// StepsPerRun puts that many optimiser steps into one run of the step
	// graph, so that the parameters cross to a device once in as many steps.
	StepsPerRun int
	// NoiseInGraph makes the step graph draw its noise itself, from keys: for
	// devices, which then need not wait for the numbers to cross the bus.
	NoiseInGraph bool
	// WholeVocabulary projects all word vectors in every step, in place of the
	// batch's distinct words: for devices, which have no kernel that finds
	// those and multiply faster than they could.
	WholeVocabulary bool
	// Inspect adds every gradient and intermediate value to the step graph's
	// outputs.
	Inspect bool
}

// check refuses what makes no sense and completes flags and constants.
func (c Config) check() (Config, Method, error) {
	m, err := c.method()
	if err != nil {
		return c, m, err
	}
	kind, err := LookupEncoder(c.Encoder)
	if err != nil {
		return c, m, err
	}
	c = m.complete(c)
	if err := c.Hyper.Check(); err != nil {
		return c, m, err
	}
	switch {
	case c.Classes < 2:
		return c, m, fmt.Errorf("a classifier needs two classes or more, not %d", c.Classes)
	case c.Vectors != nil && (len(c.Vectors.Shape()) != 2 || !c.Vectors.DType().IsFloat()):
		return c, m, fmt.Errorf("word vectors must be a matrix of floats")
	case c.Vectors == nil && c.Width < 1:
		return c, m, fmt.Errorf("the width of the word vectors is not given")
	case c.Unit != Word && c.Unit != Sentence:
		return c, m, fmt.Errorf("no unit %q; there are words (empty) and %q", c.Unit, Sentence)
	case c.Flags["predictor_norm"] && c.Unit == Sentence:
		return c, m, fmt.Errorf("settings: predictor_norm shares the generator's LayerNorm, which is twice as wide where sentences are selected; leave it out, or select words")
	case c.StepsPerRun < 1:
		return c, m, fmt.Errorf("steps per run must be 1 or more, not %d", c.StepsPerRun)
	case kind.Check != nil:
		return c, m, kind.Check(m, c)
	}
	return c, m, nil
}

// method is the one that is trained: of a probe the attack on the model.
func (c Config) method() (Method, error) {
	if c.Probe && c.Method == Imported {
		return imported, nil
	}
	m, err := Lookup(c.Method)
	if err == nil && c.Probe {
		m = probe(m)
	}
	return m, err
}

// complete gives the flags and constants that are missing their defaults.
func (m Method) complete(c Config) Config {
	flags, constants := map[string]bool{}, Values{}
	for _, o := range m.Options {
		on, flagged := c.Flags[o.Name]
		value, ok := c.Constants[o.Name]
		switch {
		case o.Flag:
			flags[o.Name] = on || !flagged && o.Default != 0
		case o.Constant && ok:
			constants[o.Name] = value
		case o.Constant:
			constants[o.Name] = o.Default
		}
	}
	c.Flags, c.Constants = flags, constants
	return c
}

// keepShare is the share of features that dropout keeps.
func (c Config) keepShare() float64 { return 1 - c.Hyper.Dropout }

// width is the length of a word vector.
func (c Config) width() int {
	if c.Vectors == nil {
		return c.Width
	}
	return int(c.Vectors.Shape()[1])
}

func (c Config) dtype() tensor.DType {
	if c.Vectors == nil {
		return tensor.Float32
	}
	return c.Vectors.DType()
}

// EmbeddingWeight names the matrix of word vectors, in graphs and files.
const EmbeddingWeight = "embedding.weight"

// ownTables tells that encoders have tables of words of their own.
func (c Config) ownTables() bool { return c.BERT != nil && c.BERT.TrainTables }

// table is the matrix of word vectors as a graph value.
func (c Config) table(g *graph.Graph) *graph.Value {
	if c.Vectors == nil {
		return g.Input(EmbeddingWeight, tensor.Float32, vocabularyDim, graph.N(c.Width))
	}
	return g.Const(EmbeddingWeight, c.Vectors)
}
