package train

import (
	"fmt"
	"path/filepath"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/examples"
	"rationale/stages/weights"
)

// Fixed are a run's inputs that never change: the data's, and the reader's
// parameters if there is one.
func Fixed(env *stages.Env, data examples.Data, spec rationalizer.Spec) (map[string]*tensor.Tensor, error) {
	fixed, err := data.Fixed()
	if err != nil {
		return nil, err
	}
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
	params, err := weights.ReadCheckpoint(filepath.Join(dir, weights.Checkpoint), []nn.Layout{trained})
	if err != nil {
		return nil, fmt.Errorf("the classifier that reads the selections: %w", err)
	}
	return params[trained.Name], nil
}
