package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// TestEpochLog sums two runs, one of them of two steps.
func TestEpochLog(t *testing.T) {
	column := func(values ...float32) *tensor.Tensor {
		x, err := tensor.Of([]int64{int64(len(values)), 1}, values)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	log := newEpochLog(rationalizer.Spec{Measures: []rationalizer.Measure{{Name: "loss", Adds: rationalizer.Mean}, {Name: "asr", Adds: rationalizer.Balanced}}})
	loss, hits := log.spec.Measures[0].Output(), log.spec.Measures[1].Output()
	for _, run := range []struct {
		out map[string]*tensor.Tensor
		p   prepared
	}{
		{map[string]*tensor.Tensor{loss: column(1, 2), hits: examples.Rows([]float32{1, 2, 3, 0}, 2)}, prepared{steps: 2, examples: 8}},
		{map[string]*tensor.Tensor{loss: tensor.Vector([]float32{5}), hits: tensor.Vector([]float32{1, 1})}, prepared{steps: 1, examples: 2}},
	} {
		if err := log.add(run.out, run.p, 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := log.mean("loss"); got != (1*4+2*4+5*2)/10. {
		t.Errorf("mean loss %v", got)
	}
	if a, b := log.mean("lss"), log.rate("ars"); !math.IsNaN(a) || !math.IsNaN(b) {
		t.Errorf("misspelt measures are %v and %v", a, b)
	}
	if got := log.rate("asr"); got != .8 {
		t.Errorf("rate of hits %v", got)
	}
	if got := balanced(log.hits["asr"], []int{5, 5}); got != (5./5+3./5)/2 {
		t.Errorf("balanced rate %v", got)
	}
	if got := balanced(log.hits["asr"], []int{10, 0}); !math.IsNaN(got) {
		t.Errorf("balanced rate without the second class %v", got)
	}
	want := []measure.Number{
		{Metric: "loss", Value: log.mean("loss")}, {Metric: "asr", Value: .8}, {Metric: "asr_raw", Value: .8},
		{Metric: "asr_of_class_0", Value: 1}, {Metric: "asr_of_class_1", Value: .6},
	}
	if got := log.numbers([]int{5, 5})[1:]; !slices.Equal(got, want[1:]) {
		t.Errorf("numbers %v, want %v", got, want)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		err := log.add(map[string]*tensor.Tensor{loss: column(1, float32(bad)), hits: examples.Rows([]float32{1, 2, 3, 0}, 2)}, prepared{steps: 2, examples: 8}, 40)
		if err == nil || !strings.Contains(err.Error(), "diverged by step 42: loss is") {
			t.Errorf("%v: error %v", bad, err)
		}
	}
}
