package rationalizer

import (
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// InitialState is the state of a fresh run in float32, by input name, and the
// output that holds the next value of each.
func InitialState(s *StepGraph, seed uint64) (next map[string]string, state map[string]*tensor.Tensor) {
	next, state = map[string]string{}, map[string]*tensor.Tensor{}
	for _, l := range s.Layouts {
		params := make([]float32, 0, l.Size())
		for _, v := range l.Initial(seed) {
			params = append(params, float32(v))
		}
		state[l.Name+ParamsPart] = tensor.Vector(params)
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
