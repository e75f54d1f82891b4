package weights

import (
	"fmt"
	"strings"

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
		if out[l.Name], err = flat(l, part); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return out, nil
}

// ReadTeam reads parameters of a team from a checkpoint, whichever of the team's layouts
// they lie in, as one flat vector.
func ReadTeam(path, team string, params []nn.Param) (vector []float32, err error) {
	defer stages.InFile(path, &err)
	named, _, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	part := map[string]*tensor.Tensor{}
	for name, t := range named {
		layout, param, _ := strings.Cut(name, ".")
		if of, _, _ := strings.Cut(layout, "/"); of == team {
			part[param] = t
		}
	}
	if vector, err = flat(nn.Layout{Name: team, Params: params}, part); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return vector, nil
}

// flat joins tensors, which have to be finite, into a layout's vector.
func flat(l nn.Layout, named map[string]*tensor.Tensor) ([]float32, error) {
	vector, err := l.Flat(named)
	if err == nil && !tensor.Vector(vector).Finite() {
		return nil, fmt.Errorf("parameters of %s are NaN or infinite; expected finite numbers", l.Name)
	}
	return vector, err
}
