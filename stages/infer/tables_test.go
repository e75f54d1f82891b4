package infer_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/safetensors"
	"rationale/stages/stagetest"
	"rationale/stages/weights"
)

// TestTrainedTablesAreExported: the folder answers as the evaluation did, from tables
// that are the run's and no longer the data's.
func TestTrainedTablesAreExported(t *testing.T) {
	data := stagetest.Pieces(t, stagetest.Generated(t), stagetest.Dataset)
	p := stagetest.OnBERT(t, "RNP")
	p.BERT.TrainTables = true
	evaluation, run := stagetest.Evaluated(t, p, data, stagetest.Dataset)
	examples, texts := givenBackSpaced(t, evaluation)
	checkExported(t, stagetest.Exported(t, evaluation, data, nil), texts, examples)

	named, _, err := safetensors.ReadFile(filepath.Join(run, weights.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := safetensors.ReadFile(filepath.Join(stagetest.Weights(t, stagetest.Graphs(t, p, data), 1), weights.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for name, x := range named {
		if !strings.HasSuffix(name, nn.WordTable) {
			continue
		}
		if found++; slices.Equal(x.Float64s(), first[name].Float64s()) {
			t.Errorf("%s has learnt nothing", name)
		}
	}
	if found < 2 {
		t.Errorf("%d tables of words in the checkpoint, want the generator's and the predictor's", found)
	}
}
