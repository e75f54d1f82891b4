package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// foreignModel is the file of a model that reads a text in its own way. It has
// the inputs of ours; the rest is given.
func foreignModel(t *testing.T, g runtimetest.Graph) string {
	t.Helper()
	for _, name := range []string{rationalizer.InputIDs, rationalizer.InputMask} {
		g.Inputs = append(g.Inputs, runtimetest.Value{Name: name, DType: tensor.Int64, Dims: []any{"B", "T"}})
	}
	path := filepath.Join(t.TempDir(), "eval_model.onnx")
	if err := os.WriteFile(path, g.Model(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// says is a graph that gives constants.
func says(said map[string]*tensor.Tensor) runtimetest.Graph {
	g := runtimetest.Graph{Name: "constants"}
	for name, value := range said {
		g.Constants = append(g.Constants, runtimetest.Constant{Name: "constant_" + name, Tensor: value})
		g.Outputs = append(g.Outputs, runtimetest.Value{Name: name, DType: value.DType()})
		g.Nodes = append(g.Nodes, runtimetest.Node{Op: "Identity", Name: name, Inputs: []string{"constant_" + name}, Outputs: []string{name}})
	}
	return g
}

// endlessLoop is a graph whose Loop has nothing to do, 2^62 times: without an
// operator in it onnxruntime never looks whether it should stop.
func endlessLoop() runtimetest.Graph {
	scalar := func(name string, dtype tensor.DType) runtimetest.Value {
		return runtimetest.Value{Name: name, DType: dtype, Dims: []any{}}
	}
	state := []runtimetest.Value{scalar("on", tensor.Bool), {Name: "x", DType: tensor.Float32, Dims: []any{2}}}
	return runtimetest.Graph{
		Name: "endless",
		Constants: []runtimetest.Constant{
			{Name: "turns", Tensor: tensor.Scalar[int64](1 << 62)}, {Name: "yes", Tensor: tensor.Scalar(true)},
			{Name: "start", Tensor: tensor.Vector([]float32{1, 2})}},
		Outputs: []runtimetest.Value{{Name: rationalizer.OutLogits, DType: tensor.Float32}},
		Nodes: []runtimetest.Node{{Op: "Loop", Name: "turns", Inputs: []string{"turns", "yes", "start"}, Outputs: []string{rationalizer.OutLogits},
			Body: &runtimetest.Graph{Name: "turn", Inputs: append([]runtimetest.Value{scalar("i", tensor.Int64)}, state...), Outputs: state}}},
	}
}

// TestForeignModels: a model that came from elsewhere answers in its own way;
// what does not answer the question is an error that names model and output.
func TestForeignModels(t *testing.T) {
	t.Setenv(runtime.LibraryVariable, library(t))
	of := func(n ...int64) *tensor.Tensor {
		x, err := tensor.New(tensor.Float32, n...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	const logits, rationale = rationalizer.OutLogits, rationalizer.OutRationale
	for _, c := range []struct {
		name string
		said map[string]*tensor.Tensor
		want string // of the error; empty for an answer
	}{
		{"fine", map[string]*tensor.Tensor{logits: of(1, 2), rationale: of(1, 3)}, ""},
		{"classifies only", map[string]*tensor.Tensor{logits: of(1, 2)}, ""},
		{"no logits", map[string]*tensor.Tensor{rationale: of(1, 3)}, "returned no logits"},
		{"other type", map[string]*tensor.Tensor{logits: tensor.Vector([]int64{0, 1})}, "output logits: returned int64 [2], expected float32 [1 2]"},
		{"empty", map[string]*tensor.Tensor{logits: of(0, 2)}, "output logits: returned float32 [0 2]"},
		{"more classes", map[string]*tensor.Tensor{logits: of(1, 3)}, "output logits: returned float32 [1 3]"},
		{"short rationale", map[string]*tensor.Tensor{logits: of(1, 2), rationale: of(1, 2)}, "output rationale: returned float32 [1 2], expected float32 [1 3]"},
		{"long rationale", map[string]*tensor.Tensor{logits: of(1, 2), rationale: of(1, 4)}, "output rationale: returned float32 [1 4]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := foreignModel(t, says(c.said))
			_, err := answer(path, []int32{1, 2, 3}, 2)
			if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
