package rationalizer

import (
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

// Hyper are the settings of training. The zero value is not usable; start
// from Defaults.
type Hyper struct {
	Hidden            int     `json:"hidden" toml:"hidden"`                         // units of the GRU, each direction
	Sparsity          float64 `json:"sparsity" toml:"sparsity"`                     // s: target share of selected positions
	LambdaSparsity    float64 `json:"lambda_sparsity" toml:"lambda_sparsity"`       // λ1
	LambdaCoherence   float64 `json:"lambda_coherence" toml:"lambda_coherence"`     // λ2
	ClassWeight       float64 `json:"class_weight" toml:"class_weight"`             // of every cross-entropy term
	Dropout           float64 `json:"dropout" toml:"dropout"`                       // share of features dropped
	Attack            bool    `json:"attack" toml:"attack"`                         // train an attacker beside RNP
	Instruction       float64 `json:"instruction" toml:"instruction"`               // weight of A2I's instruction loss
	Hinge             bool    `json:"hinge" toml:"hinge"`                           // the script's instruction loss in place of the paper's
	AttackSparsity    float64 `json:"attack_sparsity" toml:"attack_sparsity"`       // factor on λ1 in the attacker's loss
	AttackCoherence   float64 `json:"attack_coherence" toml:"attack_coherence"`     // factor on λ2 in the attacker's loss
	PatternsCoherence bool    `json:"patterns_coherence" toml:"patterns_coherence"` // coherence in the random-patterns loss
	Padding           Padding `json:"padding" toml:"padding"`
	ClipNorm          float64 `json:"clip_norm" toml:"clip_norm"` // 0: no clipping
	WeightDecay       float64 `json:"weight_decay" toml:"weight_decay"`
}

// Defaults are the settings both papers share (METHODS: A2I's text settings).
func Defaults() Hyper {
	return Hyper{
		Hidden: 100, Sparsity: 0.15, LambdaSparsity: 10, LambdaCoherence: 10,
		ClassWeight: 0.9, Dropout: 0.2, Attack: true, Instruction: 1, AttackSparsity: 1, Padding: Trim,
	}
}

// Check names the first setting that makes no sense.
func (h Hyper) Check() error {
	for _, c := range []struct {
		ok   bool
		what string
	}{
		{h.Hidden > 0, "hidden must be positive"},
		{h.Sparsity > 0 && h.Sparsity < 1, "sparsity must lie between 0 and 1"},
		{h.LambdaSparsity >= 0 && h.LambdaCoherence >= 0, "lambda_sparsity and lambda_coherence must not be negative"},
		{h.ClassWeight > 0, "class_weight must be positive"},
		{h.Dropout >= 0 && h.Dropout < 1, "dropout must be at least 0 and below 1"},
		{h.Instruction >= 0, "instruction must not be negative"},
		{h.AttackSparsity >= 0 && h.AttackCoherence >= 0, "attack_sparsity and attack_coherence must not be negative"},
		{h.ClipNorm >= 0 && h.WeightDecay >= 0, "clip_norm and weight_decay must not be negative"},
		{h.Padding == Trim || h.Padding == Paper, `padding must be "trim" or "paper"`},
	} {
		if !c.ok {
			return fmt.Errorf("settings: %s (%+v)", c.what, h)
		}
	}
	return nil
}

func (h Hyper) optimizer() nn.Optimizer {
	o := nn.Adam()
	o.ClipNorm, o.WeightDecay = h.ClipNorm, h.WeightDecay
	return o
}

// Config is everything that a model's graphs depend on.
type Config struct {
	Method  string
	Classes int
	// Vectors [V,E] are the frozen word vectors, a constant of the graphs; row
	// 0, for padding and unknown words, is zero. Their element type (float32,
	// or float64 to check gradients) is the graphs'. Without them the graphs
	// have a float32 input embedding.weight [V,Width].
	Vectors *tensor.Tensor
	Width   int
	Hyper   Hyper
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

func (c Config) check() (Method, error) {
	m, err := Lookup(c.Method)
	if err != nil {
		return Method{}, err
	}
	if err := c.Hyper.Check(); err != nil {
		return Method{}, err
	}
	switch {
	case c.Classes < 2:
		return Method{}, fmt.Errorf("a classifier needs two classes or more, not %d", c.Classes)
	case c.Vectors != nil && (len(c.Vectors.Shape()) != 2 || !c.Vectors.DType().IsFloat()):
		return Method{}, fmt.Errorf("word vectors must be a matrix of floats")
	case c.Vectors == nil && c.Width < 1:
		return Method{}, fmt.Errorf("the width of the word vectors is not given")
	case c.StepsPerRun < 1:
		return Method{}, fmt.Errorf("steps per run must be 1 or more, not %d", c.StepsPerRun)
	}
	return m, nil
}

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

// table is the matrix of word vectors as a graph value.
func (c Config) table(g *graph.Graph) *graph.Value {
	if c.Vectors == nil {
		return g.Input(EmbeddingWeight, tensor.Float32, graph.Sym("V"), graph.N(c.Width))
	}
	return g.Const(EmbeddingWeight, c.Vectors)
}
