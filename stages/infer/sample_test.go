package infer_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
)

// TestSampledMasks: of texts and of graphs.
func TestSampledMasks(t *testing.T) {
	t.Run("texts", func(t *testing.T) {
		data := stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
		evaluation, run := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Facts)
		m, err := infer.Open(evaluation, data, runtime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		checkSampled(t, m, run)
	})
	t.Run("graphs", func(t *testing.T) {
		data := stagetest.Motifs(t)
		evaluation, run := stagetest.Evaluated(t, stagetest.SmallOnGraphs("RNP"), data, stagetest.MotifSet)
		m, err := infer.OpenGraphs(evaluation, data, runtime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		checkSampled(t, m, run)
	})
}

// sampler is a model that answers for test examples under masks that it draws.
type sampler interface {
	Sample(run string) error
	Test(ctx context.Context, n int) ([]evaluate.Example, error)
}

// checkSampled: drawn masks choose about as much as the probabilities say, the same
// again when asked again, and otherwise than arg-max masks.
func checkSampled(t *testing.T, m sampler, run string) {
	t.Helper()
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
		t.Errorf("%.0f words or nodes are chosen, %.1f are expected (variance %.1f); %d otherwise than by arg-max", chosen, expected, variance, other)
	}
}
