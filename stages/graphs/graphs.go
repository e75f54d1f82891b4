// Package graphs is the stage that writes a method's graphs for a dataset. They
// hold neither parameters nor a seed, and of the settings only those that decide
// what is computed: runs that differ in anything else share them.
//
// Its output: step_model.onnx (K training steps a run) and, when K > 1,
// single_step_model.onnx (one step, for the batches that do not fill a run);
// dev_model.onnx and test_model.onnx (evaluation; weights are inputs); and
// graphs.json, which says what they were made for and what the step graphs want.
package graphs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/stages"
	"rationale/stages/examples"
)

// DataRole is the stage's input: a dataset in the form that models read.
const DataRole = "data"

// Names of the output files.
const (
	StepModel       = "step_model.onnx"
	SingleStepModel = "single_step_model.onnx"
	DevModel        = "dev_model.onnx"
	TestModel       = "test_model.onnx"
	MadeFile        = "graphs.json"
)

// Params are what the graphs depend on beside the data.
type Params struct {
	Method  string             `json:"method"`
	Encoder string             `json:"encoder"`
	Hyper   rationalizer.Hyper `json:"hyper"`
	// Graph is the form of encoders of graphs; zero for others.
	Graph rationalizer.GraphHyper `json:"graph,omitzero"`
	// BERT is the form of BERT encoders; nil for others.
	BERT        *rationalizer.BERTHyper `json:"bert,omitempty"`
	Flags       map[string]bool         `json:"flags,omitempty"`     // the method's
	Constants   rationalizer.Values     `json:"constants,omitempty"` // the method's
	Unit        rationalizer.Unit       `json:"unit,omitempty"`
	StepsPerRun int                     `json:"steps_per_run"` // K
	// Device makes graphs for an accelerator, where neither noise nor word
	// vectors should cross the bus at every step.
	Device bool `json:"device,omitempty"`
	// Probe makes the graphs of a fresh attacker against the finished model.
	Probe bool `json:"probe,omitempty"`
}

// OfGraphs tells that the models read graphs; they read texts otherwise.
func (p Params) OfGraphs() bool {
	kind, err := rationalizer.LookupEncoder(p.Encoder)
	return err == nil && kind.Graphs
}

// Made is graphs.json: what graphs were made for, and the step graph's
// specification.
type Made struct {
	Params
	Classes int               `json:"classes"`
	Width   int               `json:"width"` // of a word vector
	Query   bool              `json:"query,omitempty"`
	Marks   bool              `json:"marks,omitempty"`
	Spec    rationalizer.Spec `json:"step"`
}

// Config is the graphs' configuration.
func (m Made) Config() rationalizer.Config {
	return rationalizer.Config{
		Method: m.Method, Encoder: m.Encoder, Classes: m.Classes, Width: m.Width, Hyper: m.Hyper, Graph: m.Graph, BERT: m.BERT,
		Flags: m.Flags, Constants: m.Constants,
		Query: m.Query, Marks: m.Marks, Unit: m.Unit, StepsPerRun: m.StepsPerRun, NoiseInGraph: m.Device, WholeVocabulary: m.Device,
		Probe: m.Probe,
	}
}

// Layouts are the trained parameters with the laws of their first values.
func (m Made) Layouts() ([]nn.Layout, error) { return rationalizer.Layouts(m.Config()) }

// ReadMade reads graphs.json.
func ReadMade(dir string) (m Made, err error) {
	path := filepath.Join(dir, MadeFile)
	if err = stages.ReadJSON(path, &m); err != nil {
		return m, err
	}
	defer stages.InFile(path, &err)
	if err = m.Spec.CheckForm(); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return m, err
}

// Stage makes the graphs of one method.
type Stage struct {
	params Params
	open   examples.Open
}

// New makes the stage; open opens its data.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open} }

// Name is "graphs".
func (*Stage) Name() string { return "graphs" }

// Version of the graphs: raised when a recipe computes something else.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the graphs.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	data, err := s.open(env.Inputs[DataRole])
	if err != nil {
		return err
	}
	shape := data.Shape()
	made := Made{Params: s.params, Classes: len(shape.Classes), Width: shape.Width, Query: shape.Query, Marks: shape.Marks}
	step, err := rationalizer.NewStep(made.Config())
	if err != nil {
		return err
	}
	made.Spec = step.Spec
	graphs, err := made.graphs(step)
	if err != nil {
		return err
	}
	if err := write(env, graphs); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, MadeFile), made)
}

// namedGraph is a graph and the file it goes to.
type namedGraph struct {
	file string
	*graph.Graph
}

func write(env *stages.Env, graphs []namedGraph) error {
	env.Progress.Total(int64(len(graphs)))
	for _, g := range graphs {
		model, err := g.Model()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(env.Out, g.file), model, 0o644); err != nil {
			return err
		}
		env.Progress.Advance(1, g.file)
	}
	return nil
}

// graphs builds everything but the step graph, which is given.
func (m Made) graphs(step *rationalizer.StepGraph) ([]namedGraph, error) {
	config := m.Config()
	out := []namedGraph{{StepModel, step.Graph}}
	if config.StepsPerRun > 1 {
		config.StepsPerRun = 1
		single, err := rationalizer.NewStep(config)
		if err != nil {
			return nil, err
		}
		out = append(out, namedGraph{SingleStepModel, single.Graph})
	}
	for _, a := range answers {
		a.views.Given = a.views.Given && m.Probe
		g, err := rationalizer.NewAnswer(config, a.views, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, namedGraph{a.file, g})
	}
	return out, nil
}

// answers says what each evaluation graph answers: per epoch what the figures
// and the choice of the epoch need, at the end everything. Only probes have a use
// for words that the caller gives.
var answers = []struct {
	file  string
	views rationalizer.Views
}{
	{DevModel, rationalizer.Views{Sampled: true, Attack: true, Reader: true}},
	{TestModel, rationalizer.Views{Sampled: true, Attack: true, Reader: true, FullText: true, Gold: true, Given: true}},
}
