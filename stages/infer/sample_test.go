package infer_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/runtime"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
)

// TestSampledMasks: drawn masks choose about as much as the probabilities say,
// the same again when asked again, and other words than arg-max masks.
func TestSampledMasks(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
	evaluation, run := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Facts)
	m, err := infer.Open(evaluation, data, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	plain, err := m.Test(t.Context(), stagetest.Test)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Sample(run); err != nil {
		t.Fatal(err)
	}
	drawn, err := m.Test(t.Context(), stagetest.Test)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Test(t.Context(), stagetest.Test)
	if d := cmp.Diff(drawn, again); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	chosen, expected, variance, other := 0.0, 0.0, 0.0, 0
	for i, x := range drawn {
		for k, p := range x.Probability {
			if x.Selected[k] {
				chosen++
			}
			if x.Selected[k] != plain[i].Selected[k] {
				other++
			}
			expected += float64(p)
			variance += float64(p * (1 - p))
		}
	}
	if math.Abs(chosen-expected) > 4*math.Sqrt(variance) || other == 0 {
		t.Errorf("%.0f words are chosen, %.1f are expected (variance %.1f); %d otherwise than by arg-max", chosen, expected, variance, other)
	}
}
