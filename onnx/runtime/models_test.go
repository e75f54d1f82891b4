package runtime_test

import (
	"context"
	"testing"

	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

var background = context.Background()

type (
	graph = runtimetest.Graph
	value = runtimetest.Value
	node  = runtimetest.Node
)

func float32s(name string, dims ...any) value {
	if dims == nil {
		dims = []any{}
	}
	return value{Name: name, DType: tensor.Float32, Dims: dims}
}

// addModel is sum = x + y for any batch of rows of three.
func addModel() []byte {
	return graph{
		Name:    "add",
		Inputs:  []value{float32s("x", "batch", 3), float32s("y", "batch", 3)},
		Outputs: []value{float32s("sum", "batch", 3)},
		Nodes:   []node{{Op: "Add", Name: "add_xy", Inputs: []string{"x", "y"}, Outputs: []string{"sum"}}},
	}.Model()
}

// scaleModel is y = x·factor with a rank-0 factor, whose square comes out too.
func scaleModel() []byte {
	return graph{
		Name:    "scale",
		Inputs:  []value{float32s("x", "n"), float32s("factor")},
		Outputs: []value{float32s("y", "n"), float32s("square")},
		Nodes: []node{
			{Op: "Mul", Name: "scale", Inputs: []string{"x", "factor"}, Outputs: []string{"y"}},
			{Op: "Mul", Name: "square", Inputs: []string{"factor", "factor"}, Outputs: []string{"square"}},
		},
	}.Model()
}

// constantModel has no inputs at all.
func constantModel() []byte {
	return graph{
		Name:      "constant",
		Constants: []runtimetest.Constant{{Name: "c", Tensor: tensor.Vector([]float32{1, -2})}},
		Outputs:   []value{float32s("abs", 2)},
		Nodes:     []node{{Op: "Abs", Name: "abs", Inputs: []string{"c"}, Outputs: []string{"abs"}}},
	}.Model()
}

// stepNodes are one step of a toy optimiser: v' = v/2 + g, p' = p - v'·rate,
// t' = t + 1.
func stepNodes() []node {
	return []node{
		{Op: "Mul", Name: "decay", Inputs: []string{"v", "half"}, Outputs: []string{"decayed"}},
		{Op: "Add", Name: "velocity", Inputs: []string{"decayed", "g"}, Outputs: []string{"v_next"}},
		{Op: "Mul", Name: "update", Inputs: []string{"v_next", "rate"}, Outputs: []string{"change"}},
		{Op: "Sub", Name: "parameters", Inputs: []string{"p", "change"}, Outputs: []string{"p_next"}},
		{Op: "Add", Name: "counter", Inputs: []string{"t", "one"}, Outputs: []string{"t_next"}},
	}
}

func stepConstants() []runtimetest.Constant {
	return []runtimetest.Constant{
		{Name: "half", Tensor: tensor.Scalar[float32](0.5)},
		{Name: "rate", Tensor: tensor.Scalar[float32](0.1)},
		{Name: "one", Tensor: tensor.Scalar[int64](1)},
	}
}

// stepModel reads the state p, v, t and the batch g; it returns the new state
// and the metric speed = sum |v'|.
func stepModel() []byte {
	return graph{
		Name:      "step",
		Constants: stepConstants(),
		Inputs: []value{float32s("p", 4), float32s("v", 4),
			{Name: "t", DType: tensor.Int64, Dims: []any{}}, float32s("g", 4)},
		Outputs: []value{float32s("p_next", 4), float32s("v_next", 4),
			{Name: "t_next", DType: tensor.Int64, Dims: []any{}}, float32s("speed", 1)},
		Nodes: append(stepNodes(),
			node{Op: "ReduceL1", Name: "speed_sum", Inputs: []string{"v_next"}, Outputs: []string{"speed"}}),
	}.Model()
}

// loopModel runs the step k times in one Loop with the same g.
func loopModel() []byte {
	body := graph{
		Name: "steps",
		Inputs: []value{{Name: "i", DType: tensor.Int64, Dims: []any{}}, {Name: "on", DType: tensor.Bool, Dims: []any{}},
			float32s("p", 4), float32s("v", 4), {Name: "t", DType: tensor.Int64, Dims: []any{}}},
		Outputs: []value{{Name: "still_on", DType: tensor.Bool, Dims: []any{}},
			float32s("p_next", 4), float32s("v_next", 4), {Name: "t_next", DType: tensor.Int64, Dims: []any{}}},
		Nodes: append(stepNodes(), node{Op: "Identity", Name: "go_on", Inputs: []string{"on"}, Outputs: []string{"still_on"}}),
	}
	return graph{
		Name: "k_steps",
		Constants: append(stepConstants(),
			runtimetest.Constant{Name: "yes", Tensor: tensor.Scalar(true)}),
		Inputs: []value{float32s("p0", 4), float32s("v0", 4), {Name: "t0", DType: tensor.Int64, Dims: []any{}},
			float32s("g", 4), {Name: "k", DType: tensor.Int64, Dims: []any{}}},
		Outputs: []value{float32s("p_k", 4), float32s("v_k", 4), {Name: "t_k", DType: tensor.Int64, Dims: []any{}}},
		Nodes: []node{{Op: "Loop", Name: "k_steps", Inputs: []string{"k", "yes", "p0", "v0", "t0"},
			Outputs: []string{"p_k", "v_k", "t_k"}, Body: &body}},
	}.Model()
}

// endlessModel doubles x once per turn for as many turns as it is told.
func endlessModel() []byte {
	body := graph{
		Name: "turn",
		Inputs: []value{{Name: "i", DType: tensor.Int64, Dims: []any{}}, {Name: "on", DType: tensor.Bool, Dims: []any{}},
			float32s("x", 64, 64)},
		Outputs: []value{{Name: "still_on", DType: tensor.Bool, Dims: []any{}}, float32s("x_next", 64, 64)},
		Nodes: []node{
			{Op: "MatMul", Name: "product", Inputs: []string{"x", "x"}, Outputs: []string{"x_next"}},
			{Op: "Identity", Name: "go_on", Inputs: []string{"on"}, Outputs: []string{"still_on"}},
		},
	}
	return graph{
		Name:      "endless",
		Constants: []runtimetest.Constant{{Name: "yes", Tensor: tensor.Scalar(true)}},
		Inputs:    []value{float32s("x0", 64, 64), {Name: "turns", DType: tensor.Int64, Dims: []any{}}},
		Outputs:   []value{float32s("x_end", 64, 64)},
		Nodes: []node{{Op: "Loop", Name: "turns", Inputs: []string{"turns", "yes", "x0"},
			Outputs: []string{"x_end"}, Body: &body}},
	}.Model()
}

func of[T tensor.Element](t testing.TB, shape []int64, data ...T) *tensor.Tensor {
	t.Helper()
	x, err := tensor.Of(shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// weightsModel holds n float32 weights and returns the first.
func weightsModel(n int) []byte {
	weights := make([]float32, n)
	for i := range weights {
		weights[i] = float32(i % 7)
	}
	return graph{
		Name:      "weights",
		Constants: []runtimetest.Constant{{Name: "w", Tensor: tensor.Vector(weights)}},
		Outputs:   []value{float32s("sum", 1)},
		Nodes:     []node{{Op: "ReduceSum", Name: "sum", Inputs: []string{"w"}, Outputs: []string{"sum"}}},
	}.Model()
}
