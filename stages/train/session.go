package train

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/export"
	"rationale/stages/tokenize"
)

// OpenBackend opens the library that a run names. It refuses a library other
// than the one in the run's identity.
func OpenBackend(b Backend) (*runtime.Runtime, error) {
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	if lib.SHA256 != b.Library {
		return nil, fmt.Errorf("onnxruntime library %s has SHA-256 %s; the run was planned with %s", lib.Path, lib.SHA256, b.Library)
	}
	return runtime.Open(lib, runtime.Options{Provider: b.Provider, Device: b.Device, TF32: b.TF32, Threads: b.Threads})
}

// openModel opens a graph with the inputs that never change made part of it:
// a device then keeps them, and they cross no bus.
func openModel(rt *runtime.Runtime, path string, fixed map[string]*tensor.Tensor) (*runtime.Session, error) {
	data, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	g, err := graph.Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		if err := g.Bind(name, fixed[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	model, err := g.Model()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rt.NewSession(path, model)
}

// FixedInputs are a run's inputs that never change: the word vectors, and the
// reader's parameters if there is one.
func FixedInputs(env *stages.Env, spec rationalizer.Spec) (map[string]*tensor.Tensor, error) {
	vectors, err := tokenize.ReadVectors(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	fixed := map[string]*tensor.Tensor{rationalizer.EmbeddingWeight: vectors}
	for _, l := range spec.Frozen {
		params, err := readReader(env.Inputs[ReaderRole], l)
		if err != nil {
			return nil, err
		}
		fixed[l.Name+rationalizer.ParamsPart] = tensor.Vector(params)
	}
	return fixed, nil
}

// readReader reads a trained classifier's parameters for the frozen layout
// that reads with them.
func readReader(dir string, l nn.Layout) ([]float32, error) {
	trained := nn.Layout{Name: "model", Params: l.Params}
	params, err := export.ReadCheckpoint(filepath.Join(dir, export.Checkpoint), []nn.Layout{trained})
	if err != nil {
		return nil, fmt.Errorf("the classifier that reads the selections: %w", err)
	}
	return params[trained.Name], nil
}
