package train_test

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// TestChoosesTheFirstBest compares the kept epoch with the history, and its
// parameters with those of a run that ends there.
func TestChoosesTheFirstBest(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	earlier := false
	for seed := range uint64(3) {
		p := params(t, in)
		p.Seed, p.Rate, p.Epochs = seed, 3e-2, 5
		dir := stagetest.Run(t, newStage(p), in)
		result, err := train.ReadResult(dir)
		if err != nil {
			t.Fatal(err)
		}
		best, accuracy := 0, -1.
		for _, r := range records(t, dir) {
			if r.Selected != (r.Epoch == result.Epoch()) {
				t.Errorf("seed %d: epoch %d has selected=%v", seed, r.Epoch, r.Selected)
			}
			if r.Split == "dev" && r.Metric == "accuracy" && r.Value > accuracy {
				best, accuracy = r.Epoch, r.Value
			}
		}
		if result.Epoch() != best || result.Chosen.Accuracy != accuracy {
			t.Errorf("seed %d: chosen %+v; the first best epoch is %d with %v", seed, result.Chosen, best, accuracy)
		}
		earlier = earlier || best < p.Epochs
		p.Epochs = best
		sameParameters(t, result.Graphs.Spec, dir, stagetest.Run(t, newStage(p), in))
	}
	if !earlier {
		t.Error("the last epoch is the best one for every seed: the test shows nothing")
	}
}

// TestAnneals: while the sparsity's target comes down no epoch is chosen, and the
// steps see a target nearer and nearer to the run's.
func TestAnneals(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	p := params(t, in)
	p.Epochs, p.Anneal, p.Scalars["sparsity"] = 4, 3, .2
	dir := stagetest.Run(t, newStage(p), in)
	result, err := train.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	if result.Epoch() != 4 {
		t.Errorf("epoch %d is chosen, of which the target has not come down", result.Epoch())
	}
	share, gap := map[int]float64{}, map[int]float64{}
	for _, r := range records(t, dir) {
		switch {
		case r.Split == "train" && r.Metric == "sparsity":
			share[r.Epoch] = r.Value
		case r.Split == "train" && r.Metric == "sparsity_gap":
			gap[r.Epoch] = r.Value
		}
	}
	for epoch, want := range map[int]float64{1: 1 - .8/6, 2: 1 - .8*3/6, 3: 1 - .8*5/6, 4: .2} {
		above, below := share[epoch]+gap[epoch], share[epoch]-gap[epoch]
		if math.Min(math.Abs(above-want), math.Abs(below-want)) > .1 {
			t.Errorf("epoch %d aims at %.2f or %.2f; want about %.2f", epoch, above, below, want)
		}
	}
}

// TestAnnealsWhatTheStepsTake: a method whose graphs hold the share has no target to move.
func TestAnnealsWhatTheStepsTake(t *testing.T) {
	in := inputs(t, stagetest.Small("VIB"))
	p := params(t, in)
	p.Anneal = 1
	err := newStage(p).Run(context.Background(), stagetest.Env(t, in))
	if err == nil || !strings.Contains(err.Error(), "anneal = 1, and VIB has no target of sparsity") {
		t.Errorf("error %v", err)
	}
}

// sameParameters compares a checkpoint with the last state of a run.
func sameParameters(t *testing.T, spec rationalizer.Spec, chosen, ended string) {
	t.Helper()
	params, err := weights.ReadCheckpoint(filepath.Join(chosen, weights.Checkpoint), spec.Layouts)
	if err != nil {
		t.Fatal(err)
	}
	state, _, err := safetensors.ReadFile(filepath.Join(ended, train.StateFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, flat := range params {
		if !slices.Equal(flat, tensor.Data[float32](state[name+rationalizer.ParamsPart])) {
			t.Errorf("the chosen %s parameters are not those after that epoch", name)
		}
	}
}

// records reads a run's records.
func records(t *testing.T, dir string) []plots.Record {
	t.Helper()
	out, err := plots.ReadRecords(bytes.NewReader(read(t, dir, train.RecordsFile)), train.RecordsFile)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHistoryIsARecount evaluates the chosen epoch again and counts by hand.
func TestHistoryIsARecount(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+A2I"))
	p := params(t, in)
	p.Epochs = 1
	dir := stagetest.Run(t, newStage(p), in)
	read, predictions := predict(t, in, dir, p)
	var right, attacked, hits [2]float64
	var words, selected, gold, both float64
	for i, x := range read {
		y, p := x.Label, predictions[i]
		attacked[y]++
		if p.Class == int(y) {
			right[y]++
		}
		if p.Attacked == 1-int(y) {
			hits[y]++
		}
		for k, z := range p.Selected {
			isGold := k < len(x.Gold) && x.Gold[k]
			words += count(k < len(x.IDs))
			selected += count(z)
			gold += count(isGold)
			both += count(z && isGold)
		}
	}
	precision, recall := both/selected, both/gold
	want := map[string]float64{
		"accuracy": (right[0] + right[1]) / stagetest.Dev,
		"asr":      (hits[0]/attacked[0] + hits[1]/attacked[1]) / 2, "asr_raw": (hits[0] + hits[1]) / stagetest.Dev,
		measure.OfClass("asr", 0): hits[0] / attacked[0], measure.OfClass("asr", 1): hits[1] / attacked[1],
		"sparsity": selected / words, "precision": precision, "recall": recall,
		"f1": 2 * precision * recall / (precision + recall), "gold_share": gold / words,
	}
	for _, r := range records(t, dir) {
		if value, ok := want[r.Metric]; ok && r.Split == "dev" {
			if math.Abs(r.Value-value) > 1e-12 {
				t.Errorf("%s is %v; counted %v", r.Metric, r.Value, value)
			}
			delete(want, r.Metric)
		}
	}
	if len(want) > 0 {
		t.Errorf("the records lack %v", want)
	}
}

func count(b bool) float64 { return map[bool]float64{true: 1}[b] }

// predict evaluates a run's chosen epoch on the development split.
func predict(t *testing.T, in map[string]string, dir string, p train.Params) ([]tokenize.Text, []measure.Prediction) {
	t.Helper()
	read, err := tokenize.Read(in[train.DataRole], "dev")
	if err != nil {
		t.Fatal(err)
	}
	result, err := train.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	params, err := weights.ReadCheckpoint(filepath.Join(dir, weights.Checkpoint), result.Graphs.Spec.Layouts)
	if err != nil {
		t.Fatal(err)
	}
	data, err := texts.Open(in[train.DataRole])
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := train.Fixed(stagetest.Env(t, in), data, result.Graphs.Spec)
	if err != nil {
		t.Fatal(err)
	}
	e, err := measure.NewEvaluator(runtimetest.Open(t), filepath.Join(in[train.GraphsRole], graphs.DevModel), result.Graphs.Spec, fixed)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]measure.Prediction, len(read))
	_, err = e.Evaluate(context.Background(), texts.Set(read), params, measure.Batching{Size: 128}, measure.Draw{Seed: p.Seed, Epoch: result.Epoch()},
		func(i int, x measure.Prediction) { out[i] = x })
	if err != nil {
		t.Fatal(err)
	}
	return read, out
}
