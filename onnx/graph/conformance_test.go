package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// nodeModels names a folder of models, each in a folder of its own as
// model.onnx, with inputs in test_data_set_0/input_0.pb and so on: the layout
// of the ONNX project's node tests, which its Python package makes.
const nodeModels = "ONNX_NODE_MODELS"

// TestNodeModels reads and writes every model of a folder. Each must come out
// as the same message and give the same results to the bit, or be refused.
func TestNodeModels(t *testing.T) {
	dir := os.Getenv(nodeModels)
	if dir == "" {
		t.Skipf("%s names no folder of models", nodeModels)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "model.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models in %s (%v)", dir, err)
	}
	t.Setenv("TMPDIR", t.TempDir()) // where models are kept that onnxruntime refuses
	rt := runtimetest.Open(t)
	counts := map[string]int{}
	for _, file := range files {
		for _, verdict := range roundTrip(t, rt, file) {
			counts[verdict]++
		}
	}
	for _, verdict := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%5d %s", counts[verdict], verdict)
	}
}

// roundTrip reads and writes one model and says what came of it.
func roundTrip(t *testing.T, rt *runtime.Runtime, file string) []string {
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, err := graph.Read(before)
	var after []byte
	if err == nil {
		after, err = g.Model()
	}
	if err != nil {
		t.Logf("%s: %v", file, err)
		return []string{"refused"}
	}
	if !sameModel(t, before, after) {
		t.Errorf("%s is another model when written", file)
		return []string{"changed"}
	}
	return []string{"same", "same, " + sameResults(t, rt, before, after, filepath.Dir(file))}
}

func sameResults(t *testing.T, rt *runtime.Runtime, before, after []byte, dir string) string {
	want, err := results(rt, before, dir)
	if err != nil {
		return "does not run here"
	}
	got, err := results(rt, after, dir)
	if err != nil {
		t.Errorf("%s: runs no longer: %v", dir, err)
		return "runs no longer"
	}
	if slices.EqualFunc(got, want, bytes.Equal) {
		return "gives the same results"
	}
	if again, err := results(rt, before, dir); err == nil && !slices.EqualFunc(again, want, bytes.Equal) {
		return "gives other results each time"
	}
	t.Errorf("%s: gives other results", dir)
	return "gives other results"
}

// results are a model's outputs on its test inputs, in order of their names.
func results(rt *runtime.Runtime, model []byte, dir string) (out [][]byte, err error) {
	s, err := rt.NewSession(filepath.Base(dir), model)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	sets, err := filepath.Glob(filepath.Join(dir, "test_data_set_*"))
	for _, set := range sets {
		inputs, err := testInputs(model, set)
		if err != nil {
			return nil, err
		}
		outputs, err := s.Run(context.Background(), inputs)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(outputs)) {
			o := outputs[name]
			out = append(out, fmt.Appendf(o.Bytes(), "%v%v", o.DType(), o.Shape()))
		}
	}
	return out, err
}

func testInputs(model []byte, set string) (map[string]*tensor.Tensor, error) {
	g, err := graph.Read(model)
	if err != nil {
		return nil, err
	}
	inputs := map[string]*tensor.Tensor{}
	for i, v := range g.Inputs() {
		data, err := os.ReadFile(filepath.Join(set, fmt.Sprintf("input_%d.pb", i)))
		if err != nil {
			return nil, err
		}
		if inputs[v.Name()], err = graph.DecodeTensor(data); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}
