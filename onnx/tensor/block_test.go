package tensor_test

import (
	"fmt"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

func TestBlock(t *testing.T) {
	x, _ := tensor.Of([]int64{2, 3, 2}, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	for _, tc := range []struct {
		keep [][]int
		want string
	}{
		{nil, "[2 3 2] [0 1 2 3 4 5 6 7 8 9 10 11]"},
		{[][]int{{1}}, "[1 3 2] [6 7 8 9 10 11]"},
		{[][]int{nil, {2, 0}}, "[2 2 2] [4 5 0 1 10 11 6 7]"},
		{[][]int{{0}, {1, 1}, {1}}, "[1 2 1] [3 3]"},
		{[][]int{nil, {}}, "[2 0 2] []"},
	} {
		got, err := x.Block(tc.keep...)
		if err != nil || fmt.Sprint(got.Shape(), tensor.Data[int32](got)) != tc.want {
			t.Errorf("%v: %v %v, want %s", tc.keep, got, err, tc.want)
		}
	}
	for want, keep := range map[string][][]int{
		"place 3 along axis 1":   {nil, {3}},
		"place -1 along axis 0":  {{-1}},
		"places along 4 axes of": {nil, nil, nil, {0}},
	} {
		if _, err := x.Block(keep...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", keep, err, want)
		}
	}
}

func TestWithin(t *testing.T) {
	var none *tensor.Tensor
	first, err := none.Within(tensor.Float32, 2, 3)
	if err != nil || first.Len() != 6 {
		t.Fatal(first, err)
	}
	for _, tc := range []struct {
		dtype  tensor.DType
		shape  []int64
		shared bool
	}{
		{tensor.Float32, []int64{5}, true},
		{tensor.Float32, []int64{3, 2}, true},
		{tensor.Float32, []int64{7}, false},
		{tensor.Int64, []int64{2}, false},
	} {
		got, err := first.Within(tc.dtype, tc.shape...)
		if err != nil || got.DType() != tc.dtype || fmt.Sprint(got.Shape()) != fmt.Sprint(tc.shape) || (got.Address() == first.Address()) != tc.shared {
			t.Errorf("%+v: %v, %v", tc, got, err)
		}
	}
	if _, err := first.Within(tensor.Float32, -1); err == nil {
		t.Error("a negative length")
	}
}

func TestSum(t *testing.T) {
	a, b := tensor.Vector([]float32{1, 2}), tensor.Vector([]float32{10, 20})
	got, err := tensor.Sum([]*tensor.Tensor{a, b}, []float64{1, .5})
	if err != nil || fmt.Sprint(got.Float64s()) != "[6 12]" {
		t.Errorf("%v, %v", got, err)
	}
	for want, parts := range map[string][]*tensor.Tensor{
		"cannot be added":          {a, tensor.Vector([]float32{1})},
		"int64 has no sums":        {tensor.Vector([]int64{1}), tensor.Vector([]int64{1})},
		"2 weights for 0 parts of": {},
	} {
		if _, err := tensor.Sum(parts, []float64{1, 1}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
