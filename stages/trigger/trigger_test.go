package trigger_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"rationale/datasets/backdoor"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages/backend"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
	"rationale/stages/train"
	"rationale/stages/trigger"
)

// trained trains a tiny model on a dataset, and gives the inputs of the stage.
func trained(t *testing.T, p graphs.Params, dataset, name string) map[string]string {
	t.Helper()
	data := stagetest.Tokenized(t, dataset, name)
	in := map[string]string{train.DataRole: data, train.GraphsRole: stagetest.Graphs(t, p, data)}
	in[train.WeightsRole] = stagetest.Weights(t, in[train.GraphsRole], 1)
	scalars := stagetest.Scalars(p.Method)
	scalars["sparsity"] = .5
	in[trigger.RunRole] = stagetest.Run(t, train.New(train.Params{
		Dataset: name, Seed: 1, Epochs: 12, Batch: 8, Rate: 2e-2, Decay: 1, Scalars: scalars, Engine: engine(t),
	}, texts.Open), in)
	in[trigger.DatasetRole] = dataset
	return in
}

func engine(t *testing.T) backend.Backend {
	return backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
}

// settings are those of a small search.
func settings(t *testing.T, level backdoor.Level) trigger.Params {
	p := trigger.Defaults(level)
	p.Dataset, p.Target, p.Engine, p.Seed = stagetest.Dataset, "positive", engine(t), 1
	p.Candidates, p.Texts, p.Passes = 8, 16, 3
	return p
}

func search(t *testing.T, p trigger.Params, in map[string]string) (trigger.Found, string) {
	t.Helper()
	dir := stagetest.Run(t, trigger.New(p, texts.Open), in)
	found, err := trigger.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found, dir
}

// TestSearches: at both levels J never falls, what is found is better than random
// words, the best stands first, and the same seed finds the same.
func TestSearches(t *testing.T) {
	in := trained(t, stagetest.Small("RNP"), stagetest.Generated(t), stagetest.Dataset)
	for _, level := range backdoor.Levels() {
		t.Run(string(level), func(t *testing.T) {
			p := settings(t, level)
			found, dir := search(t, p, in)
			_, again := search(t, p, in)
			stagetest.SameFiles(t, again, dir)
			rises(t, found.Trace)
			ordered(t, found)
			p.Random, p.Restarts = true, 10
			random, _ := search(t, p, in)
			if mean := meanJ(random); found.Trace[lastOf(found.Trace, 0)].J <= mean {
				t.Errorf("searched on its batch to J %v; random words have %v", found.Trace[lastOf(found.Trace, 0)].J, mean)
			}
			if level == backdoor.Sentence && found.Best()[len(found.Best())-1] != "!" {
				t.Errorf("trigger %q; want a sentence that ends in !", found.Best())
			}
		})
	}
}

// rises wants a J that never falls within a restart, and words from the start on.
func rises(t *testing.T, trace []trigger.Step) {
	t.Helper()
	for i, s := range trace {
		if i > 0 && trace[i-1].Restart == s.Restart && s.J < trace[i-1].J {
			t.Errorf("step %d: J falls from %v to %v", i, trace[i-1].J, s.J)
		}
		if (s.Pass == 0) != (i == 0 || trace[i-1].Restart != s.Restart) {
			t.Errorf("step %d of restart %d has pass %d", i, s.Restart, s.Pass)
		}
	}
}

// ordered wants the best trigger first, and each once.
func ordered(t *testing.T, found trigger.Found) {
	t.Helper()
	for i, a := range found.Triggers {
		if i > 0 && a.DevJ > found.Triggers[i-1].DevJ {
			t.Errorf("trigger %d has J %v on dev, the one before it %v", i, a.DevJ, found.Triggers[i-1].DevJ)
		}
		if a.Success < 0 || a.Success > 1 || a.Selected <= 0 || a.Selected >= 1 {
			t.Errorf("%+v", a)
		}
		for _, b := range found.Triggers[:i] {
			if slices.Equal(a.Words, b.Words) {
				t.Errorf("%q twice", a.Words)
			}
		}
	}
}

func lastOf(trace []trigger.Step, restart int) int {
	last := 0
	for i, s := range trace {
		if s.Restart == restart {
			last = i
		}
	}
	return last
}

func meanJ(found trigger.Found) float64 {
	sum := 0.0
	for _, r := range found.Triggers {
		sum += r.J
	}
	return sum / float64(len(found.Triggers))
}

// TestSearchesInSentences: a model that selects sentences behind a query.
func TestSearchesInSentences(t *testing.T) {
	p := stagetest.Small("RNP")
	p.Unit = rationalizer.Sentence
	in := trained(t, p, stagetest.ImportFacts(t), stagetest.Facts)
	for _, level := range backdoor.Levels() {
		s := settings(t, level)
		s.Dataset, s.Target = stagetest.Facts, "SUPPORTS"
		found, _ := search(t, s, in)
		rises(t, found.Trace)
		ordered(t, found)
	}
}

func TestRefuses(t *testing.T) {
	in := trained(t, stagetest.Small("RNP"), stagetest.Generated(t), stagetest.Dataset)
	for want, change := range map[string]func(*trigger.Params){
		`no class "good"`:    func(p *trigger.Params) { p.Target = "good" },
		`no level "word"`:    func(p *trigger.Params) { p.Level = "word" },
		`no position "left"`: func(p *trigger.Params) { p.Position = "left" },
		"words = 0":          func(p *trigger.Params) { p.Words = 0 },
		"beta = -1":          func(p *trigger.Params) { p.Beta = -1 },
	} {
		p := settings(t, backdoor.Token)
		change(&p)
		err := trigger.New(p, texts.Open).Run(context.Background(), stagetest.Env(t, in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
	other := maps.Clone(in)
	other[trigger.RunRole] = in[train.DataRole]
	err := trigger.New(settings(t, backdoor.Token), texts.Open).Run(context.Background(), stagetest.Env(t, other))
	if err == nil || !strings.Contains(err.Error(), train.RunFile) {
		t.Errorf("without a run: %v", err)
	}
}
