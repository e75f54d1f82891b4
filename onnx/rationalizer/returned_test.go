package rationalizer

import (
	"math"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// zeros is a tensor of a type and shape.
func zeros(t *testing.T, dtype tensor.DType, shape ...int64) *tensor.Tensor {
	t.Helper()
	z, err := tensor.New(dtype, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAskedCheck(t *testing.T) {
	q := Asked{Texts: 2, Length: 5, Classes: 3}
	good := func() map[string]*tensor.Tensor {
		return map[string]*tensor.Tensor{
			OutLogits: zeros(t, tensor.Float32, 2, 3), OutRationale: zeros(t, tensor.Float32, 2, 5),
			"somebody's": zeros(t, tensor.Int64, 7),
		}
	}
	if err := q.Check("m", good()); err != nil {
		t.Error(err)
	}
	for _, output := range append(append([]string{}, byWord...), byClass...) {
		for name, bad := range map[string]*tensor.Tensor{
			"other type": zeros(t, tensor.Int64, 2, 3), "double": zeros(t, tensor.Float64, 2, 5), "empty": zeros(t, tensor.Float32, 0),
			"other length": zeros(t, tensor.Float32, 2, 4), "fewer texts": zeros(t, tensor.Float32, 1, 3),
			"no rank": zeros(t, tensor.Float32), "flat": zeros(t, tensor.Float32, 6), "turned": zeros(t, tensor.Float32, 5, 2),
		} {
			out := good()
			out[output] = bad
			err := q.Check("m.onnx", out)
			if err == nil || !strings.Contains(err.Error(), "model m.onnx: output "+output) || !strings.Contains(err.Error(), "expected float32 [2 ") {
				t.Errorf("%s, %s: %v", output, name, err)
			}
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		out := good()
		tensor.Data[float32](out[OutRationale])[3] = float32(x)
		if err := q.Check("m.onnx", out); err == nil || !strings.Contains(err.Error(), "model m.onnx: output "+OutRationale) || !strings.Contains(err.Error(), "expected finite numbers") {
			t.Errorf("%v: %v", x, err)
		}
	}
	if err := q.Check("m", map[string]*tensor.Tensor{OutRationale: zeros(t, tensor.Float32, 2, 5)}); err == nil || !strings.Contains(err.Error(), "no logits") {
		t.Errorf("no logits: %v", err)
	}
}

func TestCheckMeasures(t *testing.T) {
	s := Spec{Classes: 2, Measures: []Measure{{"loss", Mean}, {"accuracy", Rate}}}
	for _, c := range []struct {
		name       string
		loss, hits *tensor.Tensor
		steps      int
		ok         bool
	}{
		{"one step", zeros(t, tensor.Float32, 1), zeros(t, tensor.Float32, 2), 1, true},
		{"three steps", zeros(t, tensor.Float64, 3, 1), zeros(t, tensor.Float32, 3, 2), 3, true},
		{"missing", zeros(t, tensor.Float32, 1), nil, 1, false},
		{"other type", zeros(t, tensor.Int64, 1), zeros(t, tensor.Float32, 2), 1, false},
		{"empty", zeros(t, tensor.Float32, 0), zeros(t, tensor.Float32, 2), 1, false},
		{"more classes", zeros(t, tensor.Float32, 1), zeros(t, tensor.Float32, 3), 1, false},
		{"fewer steps", zeros(t, tensor.Float32, 3), zeros(t, tensor.Float32, 2, 2), 3, false},
	} {
		out := map[string]*tensor.Tensor{s.Measures[0].Output(): c.loss}
		if c.hits != nil {
			out[s.Measures[1].Output()] = c.hits
		}
		if err := s.CheckMeasures(out, c.steps); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
