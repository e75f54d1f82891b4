package rationalizer

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// StepGraph is one or more optimiser steps as a graph.
//
// Inputs: those listed in Feeds, or with NoiseInGraph noise_keys [R] (int64
// keys of which the graph makes the random ones) in their place;
// embedding.weight [V,E] where words are read and the configuration has no
// vectors; and per layout NAME the state NAME.params, NAME.mean, NAME.variance
// [N] and NAME.completed [1], of a carried one NAME.params alone. Outputs: the
// state under the same names with .next, and the measures. With StepsPerRun
// K > 1 every input but the state has a leading axis K, as has every measure.
type StepGraph struct {
	*graph.Graph
	Spec
}

// Spec is what a training loop has to know of a step graph.
type Spec struct {
	Method   string      `json:"method"`
	Classes  int         `json:"classes"`
	Padding  Padding     `json:"padding"`
	Unit     Unit        `json:"unit,omitempty"`
	Layouts  []nn.Layout `json:"layouts"`
	Frozen   []nn.Layout `json:"frozen,omitempty"` // inputs NAME.params that a step does not change
	Feeds    []Feed      `json:"feeds"`
	Measures []Measure   `json:"measures"`
	K        int         `json:"steps_per_run"`
	// NoiseInGraph: the graph makes the random feeds itself, from their keys
	// in InputNoiseKeys.
	NoiseInGraph bool `json:"noise_in_graph,omitempty"`
	// Probe: what is trained is an attacker of a finished model.
	Probe bool `json:"probe,omitempty"`
}

// Step is a training step under construction, as a method's loss sees it.
type Step struct {
	root *graph.Graph // where inputs are declared
	g    *graph.Graph // where the step grows: root, or a Loop's body
	c    Config
	iter *graph.Value // number of the step within the run; nil for a single one

	players  Players
	attacker *Generator // nil for none

	out     *StepGraph
	vectors *graph.Value
	keys    *graph.Value // of the random inputs, when the graph makes them
	scalars map[string]*graph.Value
	states  map[string]nn.State           // by layout
	weights map[string]nn.Weights         // by layout
	carried map[string]nn.Weights         // by layout: what settle would keep
	encoded map[*Generator][]*graph.Value // what their encoders make of the units, as long as it stands
	rates   map[string]*graph.Value       // by group, TEAM/GROUP, where not the learning rate
	names   []string                      // of the values in results
	results []*graph.Value
}

// NewStep builds the training graph of a configuration.
func NewStep(c Config) (*StepGraph, error) {
	c, method, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	s := newStep(c, method)
	if c.StepsPerRun == 1 {
		s.states = s.stateInputs()
		method.train(s)
	} else {
		s.loop(method)
	}
	s.outputs()
	if err := s.root.Check(); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", method.Name, err)
	}
	return s.out, nil
}

func newStep(c Config, method Method) *Step {
	g := graph.New("train")
	return &Step{
		root: g, g: g, c: c, players: method.Players(c), attacker: method.attacker(c),
		weights: map[string]nn.Weights{}, carried: map[string]nn.Weights{}, scalars: map[string]*graph.Value{},
		encoded: map[*Generator][]*graph.Value{}, rates: map[string]*graph.Value{},
		out: &StepGraph{Graph: g, Spec: Spec{
			Method: method.Name, Classes: c.Classes, Padding: c.Hyper.Padding, Unit: c.Unit,
			Layouts: method.layouts(c), K: c.StepsPerRun, NoiseInGraph: c.NoiseInGraph, Probe: c.Probe,
		}},
	}
}

func (s *Step) dtype() tensor.DType { return s.c.dtype() }

// table is the matrix of word vectors.
func (s *Step) table() *graph.Value {
	if s.vectors == nil {
		s.vectors = s.c.table(s.root)
	}
	return s.vectors
}

// loop builds K steps as an ONNX Loop that carries the state.
func (s *Step) loop(method Method) {
	finals, stacked := s.root.Loop(graph.N(s.out.K), s.stateList(s.stateInputs()),
		func(b *graph.Graph, iter *graph.Value, states []*graph.Value) (next, outs []*graph.Value) {
			s.g, s.iter, s.states = b, iter, s.stateMap(states)
			method.train(s)
			return s.stateList(s.states), s.results
		})
	if s.root.Err() == nil {
		s.g, s.states, s.results = s.root, s.stateMap(finals), stacked
	}
}

// outputs declares the new state and what is measured.
func (s *Step) outputs() {
	for _, l := range s.out.Layouts {
		for _, p := range stateParts(l) {
			st := s.states[l.Name]
			s.root.Output(l.Name+p.suffix+NextSuffix, *p.of(&st))
		}
	}
	for i, name := range s.names {
		s.root.Output(name, s.results[i])
	}
}

// input declares an input of the step; in a run of several steps, the slice of
// it that belongs to this one.
func (s *Step) input(name string, dtype tensor.DType, shape ...graph.Dim) *graph.Value {
	if s.iter == nil {
		return s.root.Input(name, dtype, shape...)
	}
	all := s.root.Input(name, dtype, append(graph.Shape{graph.N(s.out.K)}, shape...)...)
	return s.g.Gather(all, s.iter, 0)
}

// Batch declares the batch, with its labels.
func (s *Step) Batch() *Batch {
	x := s.c.batch(s.g, s)
	x.Labels = s.column(InputLabels, tensor.Int64, batchDim)
	return x
}
