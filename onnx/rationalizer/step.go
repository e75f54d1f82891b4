package rationalizer

import (
	"fmt"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// StepGraph is one or more optimiser steps as a graph.
//
// Inputs: input_ids and attention_mask [B,T], labels [B] and, for attacked
// models, attacked_class [B], all int64; learning_rate [1]; the random inputs
// listed in Noises, or with NoiseInGraph noise_keys [R], int64 keys of which
// the graph makes them; embedding.weight [V,E] unless the configuration has
// the vectors; and per layout NAME the state NAME.params, NAME.mean,
// NAME.variance [N] and NAME.completed [1]. Outputs: the state under the same
// names with .next, and the metrics. With StepsPerRun K > 1 every input but
// the state has a leading axis K, as has every metric.
type StepGraph struct {
	*graph.Graph
	Spec
}

// Spec is what a training loop has to know of a step graph.
type Spec struct {
	Method  string       `json:"method"`
	Classes int          `json:"classes"`
	Padding Padding      `json:"padding"`
	Layouts []nn.Layout  `json:"layouts"`
	Frozen  []nn.Layout  `json:"frozen,omitempty"` // inputs NAME.params that a step does not change
	Noises  []NoiseInput `json:"noises"`
	Metrics []string     `json:"metrics"`
	K       int          `json:"steps_per_run"`
	// NoiseInGraph: the graph makes the Noises itself, from their keys in
	// InputNoiseKeys.
	NoiseInGraph bool `json:"noise_in_graph,omitempty"`
}

// InputNoiseKeys names the input [R] of a graph that makes its noise: the keys
// of its R random inputs, in the order of Noises.
const InputNoiseKeys = "noise_keys"

// NoiseInput is a random input and its shape in T and B.
type NoiseInput struct {
	nn.Noise
	Shape graph.Shape `json:"shape"`
}

// The parts of a layout's state, as suffixes of its name, and the suffix of
// the outputs that hold their new values.
const (
	ParamsPart, MeanPart, VariancePart, CompletedPart = ".params", ".mean", ".variance", ".completed"
	NextSuffix                                        = ".next"
	// ReaderLayout names the frozen classifier's parameters.
	ReaderLayout = "reader"
)

// Step is a training step under construction, as a method's Train sees it.
type Step struct {
	root *graph.Graph // where inputs are declared
	g    *graph.Graph // where the step grows: root, or a Loop's body
	c    Config
	in   int          // width of a word vector
	iter *graph.Value // number of the step within the run; nil for a single one

	out     *StepGraph
	vectors *graph.Value
	rate    *graph.Value
	keys    *graph.Value // of the random inputs, when the graph makes them
	states  map[string]nn.State
	weights map[string]nn.Weights
	names   []string // of the values in results
	results []*graph.Value
}

// NewStep builds the training graph of a configuration.
func NewStep(c Config) (*StepGraph, error) {
	method, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	s := newStep(c, method)
	if c.StepsPerRun == 1 {
		s.states = s.stateInputs()
		s.run(method)
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
	in := c.width()
	s := &Step{
		root: g, g: g, c: c, in: in, weights: map[string]nn.Weights{},
		out: &StepGraph{Graph: g, Spec: Spec{
			Method: method.Name, Classes: c.Classes, Padding: c.Hyper.Padding,
			Layouts: method.Layouts(c, in), K: c.StepsPerRun, NoiseInGraph: c.NoiseInGraph,
		}},
	}
	s.vectors = c.table(g)
	return s
}

// stateInputs declares the optimisers' state.
func (s *Step) stateInputs() map[string]nn.State {
	states := map[string]nn.State{}
	for _, l := range s.out.Layouts {
		n := graph.N(l.Size())
		states[l.Name] = nn.State{
			Params:    s.root.Input(l.Name+ParamsPart, s.dtype(), n),
			Mean:      s.root.Input(l.Name+MeanPart, s.dtype(), n),
			Variance:  s.root.Input(l.Name+VariancePart, s.dtype(), n),
			Completed: s.root.Input(l.Name+CompletedPart, tensor.Int64, graph.N(1)),
		}
	}
	return states
}

func (s *Step) dtype() tensor.DType { return s.c.dtype() }

// run builds one step where s.g points.
func (s *Step) run(method Method) {
	s.rate = s.input("learning_rate", s.dtype(), graph.N(1))
	method.Train(s)
}

// loop builds K steps as an ONNX Loop that carries the state.
func (s *Step) loop(method Method) {
	initial := s.stateInputs()
	var carried []*graph.Value
	for _, l := range s.out.Layouts {
		carried = append(carried, stateList(initial[l.Name])...)
	}
	finals, stacked := s.root.Loop(graph.N(s.out.K), carried,
		func(b *graph.Graph, iter *graph.Value, states []*graph.Value) (next, outs []*graph.Value) {
			s.g, s.iter, s.states = b, iter, s.stateMap(states)
			s.run(method)
			for _, l := range s.out.Layouts {
				next = append(next, stateList(s.states[l.Name])...)
			}
			return next, s.results
		})
	if s.root.Err() == nil {
		s.g, s.states, s.results = s.root, s.stateMap(finals), stacked
	}
}

func stateList(st nn.State) []*graph.Value {
	return []*graph.Value{st.Params, st.Mean, st.Variance, st.Completed}
}

func (s *Step) stateMap(list []*graph.Value) map[string]nn.State {
	out := map[string]nn.State{}
	for i, l := range s.out.Layouts {
		p := list[4*i:]
		out[l.Name] = nn.State{Params: p[0], Mean: p[1], Variance: p[2], Completed: p[3]}
	}
	return out
}

// outputs declares the new state and the metrics.
func (s *Step) outputs() {
	for _, l := range s.out.Layouts {
		st := s.states[l.Name]
		s.root.Output(l.Name+ParamsPart+NextSuffix, st.Params)
		s.root.Output(l.Name+MeanPart+NextSuffix, st.Mean)
		s.root.Output(l.Name+VariancePart+NextSuffix, st.Variance)
		s.root.Output(l.Name+CompletedPart+NextSuffix, st.Completed)
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

// Texts declares the batch.
func (s *Step) Texts() texts {
	ids := s.input("input_ids", tensor.Int64, batchDim, timeDim)
	mask := s.input("attention_mask", tensor.Int64, batchDim, timeDim)
	x := s.c.readTexts(s.g, s.vectors, ids, mask)
	x.labels = s.input("labels", tensor.Int64, batchDim)
	return x
}

// AttackedClass declares y_a [B]: the class that the attacker aims at.
func (s *Step) AttackedClass() *graph.Value {
	return s.input("attacked_class", tensor.Int64, batchDim)
}

// noise is logistic noise, one number a position.
func (s *Step) noise(name string, shape ...graph.Dim) *graph.Value {
	return s.random(nn.Noise{Name: name, Law: nn.Logistic}, s.dtype(), shape)
}

// keep is a dropout mask; nil when nothing is dropped.
func (s *Step) keep(name string, shape ...graph.Dim) *graph.Value {
	if s.c.Hyper.Dropout == 0 {
		return nil
	}
	return s.random(nn.Noise{Name: name, Law: nn.Keep, Share: 1 - s.c.Hyper.Dropout}, tensor.Uint8, shape)
}

// random declares a random input, or makes it from its key.
func (s *Step) random(n nn.Noise, dtype tensor.DType, shape graph.Shape) *graph.Value {
	place := int64(len(s.out.Noises))
	s.out.Noises = append(s.out.Noises, NoiseInput{n, shape})
	if !s.c.NoiseInGraph {
		return s.input(n.Name, dtype, shape...)
	}
	if s.keys == nil {
		s.keys = s.input(InputNoiseKeys, tensor.Int64, graph.Sym("R"))
	}
	g := s.g.Scope(n.Name)
	return g.Cast(n.Sample(g, g.Gather(s.keys, g.Ints(place), 0), shape), dtype)
}

// Weights are a layout's parameters as they stand at this point of the step.
func (s *Step) Weights(name string) nn.Weights {
	if w, ok := s.weights[name]; ok {
		return w
	}
	w := s.layout(name).Unpack(s.g, s.states[name].Params)
	s.weights[name] = w
	return w
}

// Frozen declares parameters that the step reads and never changes.
func (s *Step) Frozen(l nn.Layout) nn.Weights {
	s.out.Frozen = append(s.out.Frozen, l)
	return l.Unpack(s.g, s.root.Input(l.Name+ParamsPart, s.dtype(), graph.N(l.Size())))
}

func (s *Step) layout(name string) nn.Layout {
	for _, l := range s.out.Layouts {
		if l.Name == name {
			return l
		}
	}
	s.g.Fail("the method has no parameters called %q", name)
	return nn.Layout{Name: name}
}

// Minimize adds one optimiser step on the loss for a layout's parameters and
// returns their new values. Everything else the loss depends on is constant.
func (s *Step) Minimize(name string, loss *graph.Value) nn.Weights {
	l := s.layout(name)
	parts, err := grad.Of(s.g, loss, l.List(s.Weights(name)))
	if err != nil {
		s.g.Fail("%v", err)
		return s.weights[name]
	}
	for i, p := range l.Params {
		s.Inspect("grad/"+name+"."+p.Name, parts[i])
	}
	g := s.g.Scope(name)
	s.states[name] = s.c.Hyper.optimizer().Update(g, s.states[name], l.Pack(g, parts), s.rate)
	s.Metric("loss/"+name, nn.One(s.g, loss))
	delete(s.weights, name)
	return s.Weights(name)
}

// Stop is v without its gradient.
func (s *Step) Stop(v *graph.Value) *graph.Value { return grad.Stop(s.g, v) }

// Metric makes a value part of every step's output.
func (s *Step) Metric(name string, v *graph.Value) {
	s.out.Metrics = append(s.out.Metrics, name)
	s.names, s.results = append(s.names, name), append(s.results, v)
}

// Inspect makes a value part of the output when the configuration asks for it.
func (s *Step) Inspect(name string, v *graph.Value) {
	if s.c.Inspect {
		s.names, s.results = append(s.names, name), append(s.results, v)
	}
}

func (s *Step) model() model { return model{s.g, s.c} }
