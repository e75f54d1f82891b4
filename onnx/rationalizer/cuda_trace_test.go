package rationalizer

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
)

// profiled is an operator in a trace of onnxruntime's.
type profiled struct {
	Category string `json:"cat"`
	Args     struct {
		Op       string               `json:"op_name"`
		Provider string               `json:"provider"`
		Inputs   []map[string][]int64 `json:"input_type_shape"`
	} `json:"args"`
}

// TestCUDARunsTheStepOnTheDevice profiles a run: what onnxruntime leaves to
// the CPU must be about shapes: int64, bool, or one number made from a length.
func TestCUDARunsTheStepOnTheDevice(t *testing.T) {
	device := runtimetest.OpenCUDA(t)
	for _, method := range deviceMethods {
		t.Run(method, func(t *testing.T) {
			c := deviceConfig(method, 2)
			g := mustStepGraph(t, c)
			prefix := filepath.Join(t.TempDir(), "trace")
			runOn(t, device, g, deviceInputs(t, c, g, 1), runtime.WithProfile(prefix))
			for op, count := range leftToCPU(t, prefix) {
				t.Errorf("%s ran on the CPU, %d times", op, count)
			}
		})
	}
}

// leftToCPU counts the operators that ran on the CPU for other reasons, and
// logs how many ran where.
func leftToCPU(t *testing.T, prefix string) map[string]int {
	t.Helper()
	found, where := map[string]int{}, map[string]int{}
	for _, p := range readTrace(t, prefix) {
		if p.Category != "Node" || p.Args.Op == "" {
			continue
		}
		key := p.Args.Op + " " + p.types()
		where[p.Args.Provider+" "+key]++
		if p.Args.Provider == "CPUExecutionProvider" && !p.aboutShapes() {
			found[key]++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(where)) {
		t.Logf("%6d × %s", where[key], key)
	}
	return found
}

func readTrace(t *testing.T, prefix string) []profiled {
	t.Helper()
	files, err := filepath.Glob(prefix + "*")
	if err != nil || len(files) != 1 {
		t.Fatalf("%d traces, %v", len(files), err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var events []profiled
	if err := json.Unmarshal(data, &events); err != nil {
		t.Fatal(err)
	}
	return events
}

// types are the element types of an operator's inputs.
func (p profiled) types() string {
	var names []string
	for _, input := range p.Args.Inputs {
		names = append(names, slices.Collect(maps.Keys(input))...)
	}
	return strings.Join(names, ",")
}

func (p profiled) aboutShapes() bool {
	for _, input := range p.Args.Inputs {
		for dtype, shape := range input {
			if dtype != "int64" && dtype != "bool" && !slices.Equal(shape, []int64{1}) && len(shape) > 0 {
				return false
			}
		}
	}
	return true
}
