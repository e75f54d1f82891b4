package inspect_test

import (
	"context"
	"maps"
	"math"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages/backend"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/inspect"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

func engine(t *testing.T) backend.Backend {
	return backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
}

// trained trains a tiny model and gives its graphs and its folder.
func trained(t *testing.T, method, data string) (graphs.Params, string) {
	t.Helper()
	p := stagetest.Small(method)
	made := stagetest.Graphs(t, p, data)
	s := train.New(train.Params{
		Dataset: stagetest.Dataset, Seed: 1, Epochs: 2, Batch: 16, Rate: 1e-2, Decay: 1,
		Scalars: stagetest.Scalars(method), Engine: engine(t),
	}, texts.Open)
	in := map[string]string{train.DataRole: data, train.GraphsRole: made, train.WeightsRole: stagetest.Weights(t, made, 1)}
	if m, err := rationalizer.Lookup(method); err != nil {
		t.Fatal(err)
	} else if m.Reader != "" {
		_, in[train.ReaderRole] = trained(t, m.Reader, data)
	}
	return p, stagetest.Run(t, s, in)
}

// attacked trains an attacker against a model, and gives the inputs of the stage.
func attacked(t *testing.T, method string) map[string]string {
	t.Helper()
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	p, run := trained(t, method, data)
	p.Probe = true
	made := stagetest.Graphs(t, p, data)
	in := map[string]string{train.DataRole: data, train.GraphsRole: made, train.ReaderRole: run}
	scalars := map[string]float64{}
	for _, o := range rationalizer.ProbeOptions {
		scalars[o.Name] = o.Default
	}
	in[train.WeightsRole] = stagetest.Weights(t, made, 1)
	in[inspect.AttackRole] = stagetest.Run(t, inspect.NewAttack(train.Params{
		Dataset: stagetest.Dataset, Seed: 3, Epochs: 3, Batch: 16, Rate: 1e-2, Decay: 1, Scalars: scalars, Engine: engine(t),
	}, texts.Open), in)
	return in
}

func stage(t *testing.T) *inspect.Stage {
	return inspect.New(inspect.Params{Dataset: stagetest.Dataset, Batch: 8, Seed: 3, Examples: 2, Engine: engine(t)}, texts.Open)
}

// TestInspects has every kind of model inspected, and holds the report's numbers
// against one another.
func TestInspects(t *testing.T) {
	for _, method := range []string{"RNP", "FR+A2I", "classifier", "random patterns"} {
		t.Run(method, func(t *testing.T) {
			in := attacked(t, method)
			dir := stagetest.Run(t, stage(t), in)
			stagetest.SameFiles(t, stagetest.Run(t, stage(t), in), dir)
			r, err := inspect.ReadReport(dir)
			if err != nil {
				t.Fatal(err)
			}
			check(t, r)
		})
	}
}

// check wants numbers that agree with one another.
func check(t *testing.T, r inspect.Report) {
	t.Helper()
	if r.Texts != stagetest.Test || r.Chance != .5 || r.Epochs != 3 || r.Epoch < 1 || r.Epoch > 3 {
		t.Errorf("report %+v", r)
	}
	for name, s := range map[string]inspect.Success{
		"attack": r.Attack, "random": r.Random, "unattacked": r.Unattacked, "unmarked": r.Marked.Unmarked,
	} {
		hits, texts, mean := 0, 0, 0.0
		for _, c := range s.OfClass {
			hits, texts, mean = hits+c.Hits, texts+c.Texts, mean+c.Value/float64(len(s.OfClass))
		}
		if texts != r.Texts || math.Abs(s.Raw-float64(hits)/float64(texts)) > 1e-12 || math.Abs(s.Balanced.Value-mean) > 1e-12 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	// With two classes the wrong answers of the model by itself are its errors.
	if math.Abs(1-r.Accuracy-r.Unattacked.Raw) > 1e-12 {
		t.Errorf("accuracy %v, and %v wrong", r.Accuracy, r.Unattacked.Raw)
	}
	if r.Marked.Texts != r.Texts || r.Marked.Attack.Raw != r.Attack.Raw || r.Selected <= 0 || r.Selected >= 1 {
		t.Errorf("marked %+v, selected %v", r.Marked, r.Selected)
	}
	for _, x := range r.Examples {
		if x.Attacked == x.Class || x.Predicted != x.Class || len(x.Attack) != len(x.Tokens) {
			t.Errorf("example %+v", x)
		}
	}
}

func TestRefuses(t *testing.T) {
	in := attacked(t, "RNP")
	for want, change := range map[string]func(map[string]string){
		"the finished model that reads the selections": func(in map[string]string) { in[train.ReaderRole] = in[inspect.AttackRole] },
		train.RunFile: func(in map[string]string) { in[inspect.AttackRole] = in[train.DataRole] },
	} {
		other := maps.Clone(in)
		change(other)
		err := stage(t).Run(context.Background(), stagetest.Env(t, other))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
	if err := (inspect.Params{}).Check(); err == nil || !strings.Contains(err.Error(), "batch = 0") {
		t.Errorf("no batch: %v", err)
	}
}
