package main

import (
	"context"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// askModel runs the model in a file on one text; began is called when it has
// been opened.
func askModel(ctx context.Context, path string, ids []int64, began func()) (map[string]*tensor.Tensor, error) {
	model, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	rt, err := runtime.Open(lib, runtime.Options{})
	if err != nil {
		return nil, err
	}
	defer rt.Close()
	session, err := rt.NewSession(path, model)
	if err != nil {
		return nil, err
	}
	mask := make([]int64, len(ids))
	for i := range mask {
		mask[i] = 1
	}
	in := map[string]*tensor.Tensor{}
	for name, data := range map[string][]int64{rationalizer.InputIDs: ids, rationalizer.InputMask: mask} {
		if in[name], err = tensor.Of([]int64{1, int64(len(ids))}, data); err != nil {
			return nil, err
		}
	}
	began()
	return session.Run(ctx, in)
}

// textInputs are those of a model that reads texts.
func textInputs() []runtimetest.Value {
	var inputs []runtimetest.Value
	for _, name := range []string{rationalizer.InputIDs, rationalizer.InputMask} {
		inputs = append(inputs, runtimetest.Value{Name: name, DType: tensor.Int64, Dims: []any{"B", "T"}})
	}
	return inputs
}

// endlessLoop is a graph whose Loop has nothing to do, 2^62 times: without an
// operator in it onnxruntime never looks whether it should stop.
func endlessLoop() runtimetest.Graph {
	scalar := func(name string, dtype tensor.DType) runtimetest.Value {
		return runtimetest.Value{Name: name, DType: dtype, Dims: []any{}}
	}
	state := []runtimetest.Value{scalar("on", tensor.Bool), {Name: "x", DType: tensor.Float32, Dims: []any{2}}}
	return runtimetest.Graph{
		Name: "endless", Inputs: textInputs(),
		Constants: []runtimetest.Constant{
			{Name: "turns", Tensor: tensor.Scalar[int64](1 << 62)}, {Name: "yes", Tensor: tensor.Scalar(true)},
			{Name: "start", Tensor: tensor.Vector([]float32{1, 2})}},
		Outputs: []runtimetest.Value{{Name: rationalizer.OutLogits, DType: tensor.Float32}},
		Nodes: []runtimetest.Node{{Op: "Loop", Name: "turns", Inputs: []string{"turns", "yes", "start"}, Outputs: []string{rationalizer.OutLogits},
			Body: &runtimetest.Graph{Name: "turn", Inputs: append([]runtimetest.Value{scalar("i", tensor.Int64)}, state...), Outputs: state}}},
	}
}
