package rationalizer

import (
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// InitialParams draws the first parameters of a run: a flat vector a layout.
func InitialParams(layouts []nn.Layout, seed uint64) map[string][]float32 {
	params := map[string][]float32{}
	for _, l := range layouts {
		for _, v := range l.Initial(seed) {
			params[l.Name] = append(params[l.Name], float32(v))
		}
	}
	return params
}

// FreshState is the state of optimisers that start from params, by input name,
// and the output that holds the next value of each.
func FreshState(layouts []nn.Layout, params map[string][]float32) (next map[string]string, state map[string]*tensor.Tensor) {
	next, state = map[string]string{}, map[string]*tensor.Tensor{}
	for _, l := range layouts {
		state[l.Name+ParamsPart] = tensor.Vector(params[l.Name])
		state[l.Name+MeanPart] = tensor.Vector(make([]float32, l.Size()))
		state[l.Name+VariancePart] = tensor.Vector(make([]float32, l.Size()))
		state[l.Name+CompletedPart] = tensor.Vector([]int64{0})
	}
	for name := range state {
		next[name] = name + NextSuffix
	}
	return next, state
}

// Tensor makes room for the random input at a batch of texts of a length.
func (n NoiseInput) Tensor(length, batch int64) *tensor.Tensor {
	dtype := tensor.Float32
	if n.Law == nn.Keep {
		dtype = tensor.Uint8
	}
	shape := make([]int64, len(n.Shape))
	for i, d := range n.Shape {
		switch d {
		case timeDim:
			shape[i] = length
		case batchDim:
			shape[i] = batch
		default:
			shape[i], _ = d.Fixed()
		}
	}
	t, _ := tensor.New(dtype, shape...) // the shape is ours and sound
	return t
}

// NoiseKeys is the input InputNoiseKeys at one step of a run.
func (s Spec) NoiseKeys(seed, step uint64) *tensor.Tensor {
	keys := make([]int64, len(s.Noises))
	for i, n := range s.Noises {
		keys[i] = int64(n.Key(seed, step))
	}
	return tensor.Vector(keys)
}
