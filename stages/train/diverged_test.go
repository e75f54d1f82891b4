package train_test

import (
	"context"
	"maps"
	"os"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/stagetest"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// TestDivergedIsNoResult trains at rates from sane to absurd: what is written is
// finite, and where it would not be nothing is.
func TestDivergedIsNoResult(t *testing.T) {
	for _, method := range []string{"RNP", "RNP+A2I", "FR", "classifier"} {
		in := inputs(t, stagetest.Small(method))
		for rate, diverges := range map[float64]bool{1e-2: false, 1e5: false, 1e20: true, 1e30: true, 1e38: true} {
			p := params(t, in)
			p.Rate, p.Decay = rate, 1
			checkDivergence(t, newStage(p), in, diverges)
		}
	}
}

// TestAbsurdVectors: a vector that a graph cannot compute with makes no result
// either, though masks hide it.
func TestAbsurdVectors(t *testing.T) {
	for _, method := range []string{"RNP", "RNP+A2I"} {
		in := inputs(t, stagetest.Small(method))
		checkDivergence(t, train.New(params(t, in), openAbsurd), in, true)
	}
}

func checkDivergence(t *testing.T, stage *train.Stage, in map[string]string, diverges bool) {
	t.Helper()
	env := stagetest.Env(t, maps.Clone(in))
	err := stage.Run(context.Background(), env)
	if !diverges {
		if err != nil {
			t.Fatal(err)
		}
		checkFinite(t, env.Out)
		return
	}
	for _, want := range []string{"epoch 1: ", "training diverged by step ", "lower learning_rate"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q in it", stage.Params(), err, want)
		}
	}
	if left, err := os.ReadDir(env.Out); err != nil || len(left) > 0 {
		t.Errorf("left in the output: %v, %v", left, err)
	}
}

func checkFinite(t *testing.T, dir string) {
	t.Helper()
	result, err := train.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := weights.ReadCheckpoint(dir+"/"+weights.Checkpoint, result.Graphs.Spec.Layouts); err != nil {
		t.Error(err)
	}
}

// openAbsurd is a dataset with one word vector of 3e38.
func openAbsurd(dir string) (examples.Data, error) {
	data, err := texts.Open(dir)
	return absurd{data}, err
}

type absurd struct{ examples.Data }

func (a absurd) Fixed() (map[string]*tensor.Tensor, error) {
	fixed, err := a.Data.Fixed()
	if err != nil {
		return nil, err
	}
	table := fixed[rationalizer.EmbeddingWeight]
	values := tensor.Data[float32](table)
	width := int(table.Shape()[1])
	for i := range values[width : 2*width] {
		values[width+i] = 3e38
		if i%2 == 0 {
			values[width+i] = -3e38
		}
	}
	return fixed, nil
}
