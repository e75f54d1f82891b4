package assess_test

import (
	"bytes"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/assess"
	"rationale/stages/backend"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

func params(t testing.TB) assess.Params {
	return assess.Params{
		Dataset: stagetest.Facts, Target: "REFUTES", Draws: 2, Batch: 8,
		Engine: backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1},
	}
}

// attacked trains a tiny model that selects units, and gives the inputs of its
// assessment; the trigger stands before a word of each document.
func attacked(t *testing.T, unit rationalizer.Unit, at func(datasets.Text) int) (in map[string]string, evaluation string) {
	t.Helper()
	facts := stagetest.ImportFacts(t)
	in = map[string]string{train.DataRole: stagetest.Tokenized(t, facts, stagetest.Facts)}
	p := stagetest.Small("RNP")
	p.Unit = unit
	evaluation, in[assess.RunRole] = stagetest.Evaluated(t, p, in[train.DataRole], stagetest.Facts)
	in[train.GraphsRole] = stagetest.Graphs(t, p, in[train.DataRole])
	triggered := stagetest.Triggered(t, facts, stagetest.Facts, "facts-triggered", at, "cf", "!")
	in[assess.TriggeredRole] = stagetest.Tokenized(t, triggered, "facts-triggered")
	return in, evaluation
}

func beginning(datasets.Text) int { return 0 }

func ending(t datasets.Text) int { return len(t.Tokens) }

// records are the numbers that a stage measured: mask → metric → value.
func records(t testing.TB, dir, stage string) map[string]map[string]float64 {
	t.Helper()
	all, err := plots.ReadRecords(bytes.NewReader(stagetest.Files(t, dir)[assess.RecordsFile]), assess.RecordsFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]float64{}
	for _, r := range all {
		if out[r.Mask] == nil {
			out[r.Mask] = map[string]float64{}
		}
		if _, twice := out[r.Mask][r.Metric]; twice || r.Split != "test" || !r.Selected || r.Stage != stage {
			t.Errorf("record %+v", r)
		}
		out[r.Mask][r.Metric] = r.Value
	}
	return out
}

func TestAssesses(t *testing.T) {
	for _, unit := range []rationalizer.Unit{rationalizer.Word, rationalizer.Sentence} {
		in, evaluation := attacked(t, unit, beginning)
		dir := stagetest.Run(t, assess.New(params(t)), in)
		stagetest.SameFiles(t, stagetest.Run(t, assess.New(params(t)), in), dir)
		got := records(t, dir, "assess")
		checkEvaluation(t, evaluation, got)
		if masks := slices.Sorted(maps.Keys(got)); !slices.Equal(masks, []string{"argmax", "sampled", "sampled-mean-2"}) {
			t.Errorf("masks %v", masks)
		}
		for mask, numbers := range got {
			if metrics := slices.Sorted(maps.Keys(numbers)); !slices.Equal(metrics, slices.Sorted(slices.Values(assess.Names()))) {
				t.Errorf("%s: metrics %v", mask, metrics)
			}
			checkRates(t, mask, numbers)
		}
		delete(in, assess.TriggeredRole)
		clean := records(t, stagetest.Run(t, assess.New(params(t)), in), "assess")
		if len(clean["argmax"]) != len(assess.Names())-3 || clean["argmax"][assess.Accuracy] != got["argmax"][assess.Accuracy] {
			t.Errorf("without a trigger: %v", clean)
		}
	}
}

// checkRates: of the 20 test texts 10 are not of the target, so that the two rates
// are shares of 10 and of 20, and the hits of the first are among the second's.
func checkRates(t *testing.T, mask string, numbers map[string]float64) {
	t.Helper()
	asr, all := numbers[assess.ASR], numbers[assess.ASRAll]
	if all < asr/2 || all > asr/2+.5 || math.Abs(20*asr-math.Round(20*asr)) > 1e-9 {
		t.Errorf("%s: ASR %v, among all %v", mask, asr, all)
	}
	if numbers[assess.GRSkipped] != 0 || numbers[assess.GRCut] != 0 || numbers[assess.TriggersCut] != 0 {
		t.Errorf("%s: everything is read, and yet %v", mask, numbers)
	}
}

// checkEvaluation wants what an evaluation says of the same masks.
func checkEvaluation(t *testing.T, evaluation string, got map[string]map[string]float64) {
	t.Helper()
	want := records(t, evaluation, "evaluate")
	for ours, theirs := range map[string]string{assess.Accuracy: "accuracy", assess.GRMicro: "f1"} {
		for mask, numbers := range want {
			if math.Abs(got[mask][ours]-numbers[theirs]) > 1e-12 {
				t.Errorf("%s: %s is %v; evaluated %v", mask, ours, got[mask][ours], numbers[theirs])
			}
		}
	}
}

// TestTriggersThatAreCutOffCount: they are counted, and so are their texts: the
// model answers what it does without them.
func TestTriggersThatAreCutOffCount(t *testing.T) {
	in, _ := attacked(t, rationalizer.Sentence, ending)
	cut := records(t, stagetest.Run(t, assess.New(params(t)), in), "assess")["argmax"]
	if cut[assess.TriggersCut] != 5 { // of the longest documents, with a claim before them
		t.Errorf("%v triggers are cut off", cut[assess.TriggersCut])
	}
	if all := cut[assess.ASRAll] * stagetest.Test; math.Abs(all-math.Round(all)) > 1e-9 {
		t.Errorf("ASR %v is no share of %d texts", cut[assess.ASRAll], stagetest.Test)
	}
}

func TestRefuses(t *testing.T) {
	in, _ := attacked(t, rationalizer.Word, beginning)
	other := maps.Clone(in)
	other[assess.TriggeredRole] = stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	p := params(t)
	p.Target = "REFUTE"
	for want, s := range map[string]struct {
		stages.Stage
		in map[string]string
	}{
		`no class of dataset facts`: {assess.New(p), in},
		"batch":                     {assess.New(assess.Params{}), in},
		"dataset tiny":              {assess.New(params(t)), other},
	} {
		if err := s.Run(context.Background(), stagetest.Env(t, s.in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
