package shards

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// rooms are where a shard's values lie that one segment hands to another. onnxruntime
// writes and reads them there: they are never copied, and the memory serves for the
// next step.
type rooms map[string]*tensor.Tensor

// of gives each value room for its shape in a shard of these lengths.
func (r rooms) of(known []*graph.Value, lengths map[string]int64) (values, error) {
	out := values{}
	for _, v := range known {
		t, err := r[v.Name()].Within(v.DType, v.Shape.At(lengths)...)
		if err != nil {
			return nil, err
		}
		r[v.Name()], out[v.Name()] = t, t
	}
	return out, nil
}
