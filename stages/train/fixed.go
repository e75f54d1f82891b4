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

// readReader reads a finished model's parameters for the frozen layout that reads
// selections with them. A classifier beside another model has all of its own in one.
func readReader(dir string, l nn.Layout) (vector []float32, err error) {
	path := filepath.Join(dir, weights.Checkpoint)
	if l.Name == rationalizer.ReaderLayout {
		vector, err = weights.ReadTeam(path, "model", l.Params)
	} else {
		var params map[string][]float32
		params, err = weights.ReadCheckpoint(path, []nn.Layout{l})
		vector = params[l.Name]
	}
	if err != nil {
		return nil, fmt.Errorf("the finished model that reads the selections: %w", err)
	}
	return vector, nil
}
