package weights

import (
	"fmt"

	"rationale/onnx/nn"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages"
)

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

// ReadCheckpoint reads the flat vectors of these layouts from a checkpoint,
// which may hold other tensors too.
func ReadCheckpoint(path string, layouts []nn.Layout) (params map[string][]float32, err error) {
	defer stages.InFile(path, &err)
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
		if !tensor.Vector(out[l.Name]).Finite() {
			return nil, fmt.Errorf("%s: parameters of %s are NaN or infinite; expected finite numbers", path, l.Name)
		}
	}
	return out, nil
}
