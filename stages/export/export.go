// Package export is the stage that writes a method's graphs and its first
// checkpoint: step_model.onnx (training steps), dev_model.onnx and
// test_model.onnx (evaluation; weights are inputs), checkpoint.safetensors
// (initial parameters, named as PyTorch names them) and graphs.json, which
// tells a training loop what the step graph wants.
package export

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
)

// Names of the output files.
const (
	StepModel  = "step_model.onnx"
	DevModel   = "dev_model.onnx"
	TestModel  = "test_model.onnx"
	Checkpoint = "checkpoint.safetensors"
	SpecFile   = "graphs.json"
)

// Params are what the graphs depend on, and the seed of the parameters.
type Params struct {
	Method      string             `json:"method"`
	Classes     int                `json:"classes"`
	Width       int                `json:"width"` // of a word vector
	Hyper       rationalizer.Hyper `json:"hyper"`
	StepsPerRun int                `json:"steps_per_run"`
	Seed        uint64             `json:"seed"`
}

// Config is the graphs' configuration.
func (p Params) Config() rationalizer.Config {
	return rationalizer.Config{
		Method: p.Method, Classes: p.Classes, Width: p.Width, Hyper: p.Hyper, StepsPerRun: p.StepsPerRun,
	}
}

// Stage exports one method.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "export".
func (*Stage) Name() string { return "export" }

// Version of the graphs: raised when a recipe computes something else.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the graphs and the checkpoint.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	env.Progress.Total(3)
	step, err := rationalizer.NewStep(s.params.Config())
	if err != nil {
		return err
	}
	if err := writeGraph(env, StepModel, step.Graph); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(env.Out, SpecFile), step.Spec); err != nil {
		return err
	}
	for name, views := range Views() {
		g, err := rationalizer.NewAnswer(s.params.Config(), views, nil)
		if err != nil {
			return err
		}
		if err := writeGraph(env, name, g); err != nil {
			return err
		}
	}
	return writeCheckpoint(filepath.Join(env.Out, Checkpoint), step.Layouts, s.params)
}

// Views says what each evaluation graph answers: per epoch what the figures
// and the choice of the epoch need, at the end everything.
func Views() map[string]rationalizer.Views {
	return map[string]rationalizer.Views{
		DevModel:  {Sampled: true, Attack: true, Reader: true},
		TestModel: {Sampled: true, Attack: true, Reader: true, FullText: true, Gold: true},
	}
}

func writeGraph(env *stages.Env, name string, g *graph.Graph) error {
	model, err := g.Model()
	if err != nil {
		return err
	}
	env.Progress.Advance(1, name)
	return os.WriteFile(filepath.Join(env.Out, name), model, 0o644)
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

func writeCheckpoint(path string, layouts []nn.Layout, p Params) error {
	params := map[string][]float32{}
	for _, l := range layouts {
		for _, v := range l.Initial(p.Seed) {
			params[l.Name] = append(params[l.Name], float32(v))
		}
	}
	named, err := NameTensors(layouts, params)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, named, map[string]string{"method": p.Method, "seed": fmt.Sprint(p.Seed), "epoch": "0"})
}

// NameTensors turns flat vectors by layout into tensors named
// LAYOUT.PARAMETER, the form of a checkpoint.
func NameTensors(layouts []nn.Layout, params map[string][]float32) (map[string]*tensor.Tensor, error) {
	out := map[string]*tensor.Tensor{}
	for _, l := range layouts {
		named, err := l.Tensors(params[l.Name])
		if err != nil {
			return nil, err
		}
		for name, t := range named {
			out[l.Name+"."+name] = t
		}
	}
	return out, nil
}

// ReadCheckpoint is the inverse of NameTensors on a file.
func ReadCheckpoint(path string, layouts []nn.Layout) (map[string][]float32, error) {
	named, _, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string][]float32{}
	for _, l := range layouts {
		part := map[string]*tensor.Tensor{}
		for _, p := range l.Params {
			if t, ok := named[l.Name+"."+p.Name]; ok {
				part[p.Name] = t
			}
		}
		if out[l.Name], err = l.Flat(part); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return out, nil
}

// ReadSpec reads graphs.json of an export.
func ReadSpec(dir string) (rationalizer.Spec, error) {
	path := filepath.Join(dir, SpecFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return rationalizer.Spec{}, err
	}
	var spec rationalizer.Spec
	if err := json.Unmarshal(data, &spec); err != nil {
		return rationalizer.Spec{}, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}
