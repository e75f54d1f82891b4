package nn

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"rationale/onnx/tensor"
)

// array is a tensor of a fixture file, row-major.
type array struct {
	Shape []int64   `json:"shape"`
	Data  []float64 `json:"data"`
}

func (a array) tensor(t *testing.T) *tensor.Tensor {
	t.Helper()
	x, err := tensor.Of(a.Shape, a.Data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// timeMajor turns [B,L,n] into [L,B,n].
func (a array) timeMajor() array {
	b, l, n := int(a.Shape[0]), int(a.Shape[1]), int(a.Shape[2])
	out := array{Shape: []int64{a.Shape[1], a.Shape[0], a.Shape[2]}}
	for t := range l {
		for i := range b {
			out.Data = append(out.Data, a.Data[(i*l+t)*n:][:n]...)
		}
	}
	return out
}

// readFixture reads PyTorch's numbers from the folder in FIXTURES, or from
// testdata.
func readFixture[T any](t *testing.T, name string) T {
	t.Helper()
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}
