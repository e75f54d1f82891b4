// Package export is the stage that writes a method's graphs and its first
// checkpoint.
//
// Its output: step_model.onnx (K training steps a run) and, when K > 1,
// single_step_model.onnx (one step, for the batches that do not fill a run);
// dev_model.onnx and test_model.onnx (evaluation; weights are inputs);
// checkpoint.safetensors (initial parameters, named as PyTorch names them);
// and graphs.json, which tells a training loop what the step graphs want.
package export

import (
	"context"
	"os"
	"path/filepath"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/stages"
)

// Names of the output files.
const (
	StepModel       = "step_model.onnx"
	SingleStepModel = "single_step_model.onnx"
	DevModel        = "dev_model.onnx"
	TestModel       = "test_model.onnx"
	Checkpoint      = "checkpoint.safetensors"
	SpecFile        = "graphs.json"
)

// Params are what the graphs depend on, and the seed of the parameters.
type Params struct {
	Method      string             `json:"method"`
	Classes     int                `json:"classes"`
	Width       int                `json:"width"` // of a word vector
	Hyper       rationalizer.Hyper `json:"hyper"`
	StepsPerRun int                `json:"steps_per_run"` // K
	Seed        uint64             `json:"seed"`
	// Device makes graphs for an accelerator, where neither noise nor word
	// vectors should cross the bus at every step.
	Device bool `json:"device,omitempty"`
}

// Config is the graphs' configuration.
func (p Params) Config() rationalizer.Config {
	return rationalizer.Config{
		Method: p.Method, Classes: p.Classes, Width: p.Width, Hyper: p.Hyper, StepsPerRun: p.StepsPerRun,
		NoiseInGraph: p.Device, WholeVocabulary: p.Device,
	}
}

// Stage exports one method.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "export".
func (*Stage) Name() string { return "export" }

// Version of the graphs: raised when a recipe computes something else.
func (*Stage) Version() int { return 4 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the graphs and the checkpoint.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	step, err := rationalizer.NewStep(s.params.Config())
	if err != nil {
		return err
	}
	graphs, err := s.graphs(step)
	if err != nil {
		return err
	}
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
	if err := stages.WriteJSON(filepath.Join(env.Out, SpecFile), step.Spec); err != nil {
		return err
	}
	return writeCheckpoint(filepath.Join(env.Out, Checkpoint), step.Layouts, s.params)
}

// namedGraph is a graph and the file it goes to.
type namedGraph struct {
	file string
	*graph.Graph
}

// graphs builds everything but the step graph, which is given.
func (s *Stage) graphs(step *rationalizer.StepGraph) ([]namedGraph, error) {
	config := s.params.Config()
	out := []namedGraph{{StepModel, step.Graph}}
	if config.StepsPerRun > 1 {
		config.StepsPerRun = 1
		single, err := rationalizer.NewStep(config)
		if err != nil {
			return nil, err
		}
		out = append(out, namedGraph{SingleStepModel, single.Graph})
	}
	for _, m := range answers {
		g, err := rationalizer.NewAnswer(config, m.views, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, namedGraph{m.file, g})
	}
	return out, nil
}

// answers says what each evaluation graph answers: per epoch what the figures
// and the choice of the epoch need, at the end everything.
var answers = []struct {
	file  string
	views rationalizer.Views
}{
	{DevModel, rationalizer.Views{Sampled: true, Attack: true, Reader: true}},
	{TestModel, rationalizer.Views{Sampled: true, Attack: true, Reader: true, FullText: true, Gold: true}},
}

// ReadSpec reads graphs.json of an export.
func ReadSpec(dir string) (rationalizer.Spec, error) {
	var spec rationalizer.Spec
	err := stages.ReadJSON(filepath.Join(dir, SpecFile), &spec)
	return spec, err
}
