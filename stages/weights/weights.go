// Package weights is the stage that makes the parameters with which a run
// starts: drawn from a seed, or taken from a file or an earlier run as far as
// that has them. The encoders of a run with a checkpoint (checkpoint.Role) all
// start from that.
//
// Its output: checkpoint.safetensors, with parameters named as PyTorch names
// them, and weights.json, which says where each one came from.
package weights

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/checkpoint"
	"rationale/stages/graphs"
)

// The roles of the stage's inputs.
const (
	GraphsRole = "graphs" // whose parameters are wanted
	// FromRole is an artifact with a checkpoint, such as an earlier run, or what
	// OpenFile gives; absent when all parameters are drawn.
	FromRole = "from"
)

// Names of the output files.
const (
	Checkpoint  = "checkpoint.safetensors"
	OriginsFile = "weights.json"
)

// Params say where parameters come from.
type Params struct {
	Seed uint64 `json:"seed"`
	// Names maps parameters (LAYOUT.PARAMETER) to the names that they have in
	// the source, where those differ.
	Names map[string]string `json:"names,omitempty"`
	// Partial draws what the source does not have; otherwise that is an error.
	Partial bool `json:"partial,omitempty"`
}

// Origins is weights.json: the parameters by where they came from.
type Origins struct {
	Drawn []string `json:"drawn"`
	Taken []string `json:"taken"`
}

// Stage makes parameters.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "weights".
func (*Stage) Name() string { return "weights" }

// Version of the laws of initial values.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run draws every parameter and then takes what the source has.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	made, err := graphs.ReadMade(env.Inputs[GraphsRole])
	if err != nil {
		return err
	}
	layouts, err := made.Layouts()
	if err != nil {
		return err
	}
	named, err := NameTensors(layouts, rationalizer.InitialParams(layouts, s.params.Seed))
	if err != nil {
		return err
	}
	from, partial, err := s.start(env, named)
	if err != nil {
		return err
	}
	origins, err := s.overlay(named, from, partial)
	if err != nil {
		return err
	}
	meta := map[string]string{"method": made.Method, "seed": strconv.FormatUint(s.params.Seed, 10), "epoch": "0"}
	if err := safetensors.WriteFile(filepath.Join(env.Out, Checkpoint), named, meta); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, OriginsFile), origins)
}

// start is what parameters are taken from, and whether it may lack some: the source,
// or else a checkpoint; nil when all are drawn.
func (s *Stage) start(env *stages.Env, named map[string]*tensor.Tensor) (from map[string]*tensor.Tensor, partial bool, err error) {
	from, err = s.source(env)
	if err != nil || from != nil {
		return from, s.params.Partial, err
	}
	folder, err := checkpoint.Of(env)
	if err != nil || folder == nil {
		return nil, false, err
	}
	return encoders(named, folder.Encoder.Params), true, nil
}

// encoders are a checkpoint's parameters under the names that they have in every
// encoder of the model: LAYOUT.ENCODER.PARAMETER.
func encoders(named, checkpoint map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	out := map[string]*tensor.Tensor{}
	for name := range named {
		if parts := strings.SplitN(name, ".", 3); len(parts) == 3 && checkpoint[parts[2]] != nil {
			out[name] = checkpoint[parts[2]]
		}
	}
	return out
}

// source reads the tensors of the source; none without one.
func (s *Stage) source(env *stages.Env) (named map[string]*tensor.Tensor, err error) {
	if env.Opened[FromRole] != nil {
		file, err := stages.OpenedAs[*file](env, FromRole)
		if err != nil {
			return nil, err
		}
		return file.tensors, nil
	}
	dir, ok := env.Inputs[FromRole]
	if !ok {
		if len(s.params.Names) > 0 {
			return nil, fmt.Errorf("names of parameters in a source are given, and no source")
		}
		return nil, nil
	}
	path := filepath.Join(dir, Checkpoint)
	defer stages.InFile(path, &err)
	named, _, err = safetensors.ReadFile(path)
	return named, err
}

// overlay puts the source's tensors in the place of drawn ones.
func (s *Stage) overlay(named, source map[string]*tensor.Tensor, partial bool) (Origins, error) {
	origins := Origins{Drawn: []string{}, Taken: []string{}}
	for name := range s.params.Names {
		if named[name] == nil {
			return origins, fmt.Errorf("the model has no parameter %s, which should be taken from the source", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		from, renamed := s.params.Names[name]
		if !renamed {
			from = name
		}
		t, ok := source[from]
		switch {
		case source == nil || !ok && partial && !renamed:
			origins.Drawn = append(origins.Drawn, name)
			continue
		case !ok:
			return origins, fmt.Errorf("the source of the parameters has no %s, from which %s should be taken", from, name)
		case t.DType() != tensor.Float32 || !slices.Equal(t.Shape(), named[name].Shape()):
			return origins, fmt.Errorf("parameter %s of the source is %v %v; the model wants float32 %v", from, t.DType(), t.Shape(), named[name].Shape())
		case !t.Finite():
			return origins, fmt.Errorf("parameter %s of the source holds NaN or infinity; expected finite numbers", from)
		}
		named[name] = t
		origins.Taken = append(origins.Taken, name)
	}
	return origins, nil
}
