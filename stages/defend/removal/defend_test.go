package removal_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/assess"
	"rationale/stages/backend"
	"rationale/stages/defend/attdef"
	"rationale/stages/defend/onion"
	"rationale/stages/defend/removal"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

func params(t testing.TB) removal.Params {
	return removal.Params{
		Dataset: stagetest.Facts, Batch: 8, Loss: removal.Loss,
		Engine: backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1},
	}
}

// defences are all of them.
var defences = map[string]func(removal.Params) stages.Stage{
	"ONION":  func(p removal.Params) stages.Stage { return onion.New(p) },
	"AttDef": func(p removal.Params) stages.Stage { return attdef.New(p) },
}

// attacked are the inputs of a defence of a tiny model that selects sentences.
func attacked(t *testing.T) map[string]string {
	t.Helper()
	facts := stagetest.ImportFacts(t)
	in := map[string]string{tokenize.DatasetRole: facts, train.DataRole: stagetest.Tokenized(t, facts, stagetest.Facts)}
	p := stagetest.Small("RNP")
	p.Unit = "sentence"
	_, in[removal.RunRole] = stagetest.Evaluated(t, p, in[train.DataRole], stagetest.Facts)
	in[train.GraphsRole] = stagetest.Graphs(t, p, in[train.DataRole])
	triggered := stagetest.Triggered(t, facts, stagetest.Facts, "facts-triggered", func(datasets.Text) int { return 5 }, "cf")
	in[removal.TriggeredRole] = stagetest.Tokenized(t, triggered, "facts-triggered")
	return in
}

func read(t *testing.T, dir string) *removal.Removed {
	t.Helper()
	r, err := removal.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDefends(t *testing.T) {
	in := attacked(t)
	for name, defence := range defences {
		t.Run(name, func(t *testing.T) {
			dir := stagetest.Run(t, defence(params(t)), in)
			stagetest.SameFiles(t, stagetest.Run(t, defence(params(t)), in), dir)
			r := read(t, dir)
			if r.Defence != name || (r.LanguageModel != "") != (name == "ONION") || r.Texts != stagetest.Dev {
				t.Errorf("%s with %q, on %d texts", r.Defence, r.LanguageModel, r.Texts)
			}
			checkThreshold(t, r)
			checkTaken(t, r.Clean)
			checkTaken(t, r.Triggered)
			t.Run("unseen", func(t *testing.T) { checkUnseen(t, defence, in, r) })
			t.Run("assessed", func(t *testing.T) { checkAssessed(t, in, dir) })
		})
	}
}

// checkThreshold wants the last threshold before that at which accuracy fell by more
// than 2 points.
func checkThreshold(t *testing.T, r *removal.Removed) {
	t.Helper()
	var want *float64
	for i, trial := range r.Tried {
		mild := r.Accuracy-trial.Accuracy <= removal.Loss+1e-9
		if mild {
			want = &r.Tried[i].Threshold
		}
		if !mild && i != len(r.Tried)-1 {
			t.Errorf("threshold %v was tried after one that cost too much", r.Tried[i+1].Threshold)
		}
		if i > 0 && trial.Words < r.Tried[i-1].Words {
			t.Errorf("threshold %v takes out %d words; the one before it %d", trial.Threshold, trial.Words, r.Tried[i-1].Words)
		}
	}
	if diff := cmp.Diff(want, r.Threshold); diff != "" {
		t.Errorf("threshold: %s", diff)
	}
}

// checkTaken holds the counts against the words.
func checkTaken(t *testing.T, taken *removal.Taken) {
	t.Helper()
	words := 0
	for _, text := range taken.Texts {
		words += len(text.Words)
	}
	c := taken.Counts
	if words != c.Taken || len(taken.Texts) != stagetest.Test || c.Taken > c.Words || c.GoldTaken > c.Gold || c.TriggersGone > c.TriggersHit || c.TriggersHit > c.Triggers {
		t.Errorf("%d words of %d texts, counts %+v", words, len(taken.Texts), c)
	}
	if falling := slices.ContainsFunc(taken.Suspicious, func(w removal.Word) bool { return w.Taken < 1 || w.Taken > w.Of }); falling {
		t.Errorf("suspicious words %+v", taken.Suspicious)
	}
}

// checkUnseen: without triggered texts the threshold is the same, and so is what
// falls of the clean ones.
func checkUnseen(t *testing.T, defence func(removal.Params) stages.Stage, in map[string]string, want *removal.Removed) {
	clean := maps.Clone(in)
	delete(clean, removal.TriggeredRole)
	got := read(t, stagetest.Run(t, defence(params(t)), clean))
	got.Triggered = want.Triggered
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// checkAssessed measures after the defence, and refuses what it did not see.
func checkAssessed(t *testing.T, in map[string]string, removed string) {
	p := assess.Params{Dataset: stagetest.Facts, Target: "REFUTES", Batch: 8, Engine: params(t).Engine}
	in = maps.Clone(in)
	in[assess.RemovedRole] = removed
	stagetest.Run(t, assess.New(p), in)
	in[removal.TriggeredRole] = in[train.DataRole]
	if err := assess.New(p).Run(context.Background(), stagetest.Env(t, in)); err != nil && !strings.Contains(err.Error(), "the defence took out word") {
		t.Errorf("error %v", err)
	}
}

// TestLossBoundsTheThreshold: a defence that may cost everything goes to the end, and
// takes out no less than one that may cost nothing.
func TestLossBoundsTheThreshold(t *testing.T) {
	in := attacked(t)
	for name, defence := range defences {
		p := params(t)
		p.Loss, p.Texts = 1, 10
		all := read(t, stagetest.Run(t, defence(p), in))
		p.Loss = 0
		none := read(t, stagetest.Run(t, defence(p), in))
		if last := all.Tried[len(all.Tried)-1]; *all.Threshold != last.Threshold || all.Texts != 10 {
			t.Errorf("%s: threshold %v of the last %v, on %d texts", name, *all.Threshold, last.Threshold, all.Texts)
		}
		if all.Triggered.Counts.Taken == 0 || none.Triggered.Counts.Taken > all.Triggered.Counts.Taken {
			t.Errorf("%s: takes out %d words at any cost, %d at none", name, all.Triggered.Counts.Taken, none.Triggered.Counts.Taken)
		}
		if c := all.Triggered.Counts; name == "ONION" && (2*c.TriggersHit < stagetest.Test || c.Triggers != stagetest.Test || all.Triggered.Suspicious[0].Word != "cf") {
			t.Errorf("a word that no other text has stays: %+v, most suspicious %+v", c, all.Triggered.Suspicious)
		}
	}
}

// TestPiecesAreMasked: [MASK] stands in the place of what AttDef takes out of a BERT's
// pieces, and of a text that ONION empties.
func TestPiecesAreMasked(t *testing.T) {
	facts := stagetest.ImportFacts(t)
	in := map[string]string{tokenize.DatasetRole: facts, train.DataRole: stagetest.Pieces(t, facts, stagetest.Facts)}
	model := stagetest.OnBERT(t, "RNP")
	_, in[removal.RunRole] = stagetest.Evaluated(t, model, in[train.DataRole], stagetest.Facts)
	in[train.GraphsRole] = stagetest.Graphs(t, model, in[train.DataRole])
	reader, err := tokenize.OpenReader(in[train.DataRole])
	if err != nil {
		t.Fatal(err)
	}
	for name, defence := range defences {
		p := params(t)
		p.Pieces, p.Loss = true, 1
		r := read(t, stagetest.Run(t, defence(p), in))
		blank := name == "AttDef"
		if piece := reader.Entries()[r.Gap]; piece != "[MASK]" || r.Blank != blank || blank && r.Clean.Counts.Taken == 0 {
			t.Errorf("%s: %d words make way for %s, in their places: %t", name, r.Clean.Counts.Taken, piece, r.Blank)
		}
	}
}

// TestRefuses says what is missing.
func TestRefuses(t *testing.T) {
	in := attacked(t)
	other := maps.Clone(in)
	other[removal.TriggeredRole] = stagetest.Tokenized(t, stagetest.ThreeClasses(t), "three")
	for name, defence := range defences {
		bad := params(t)
		bad.Loss = 2
		for want, tc := range map[string]struct {
			p  removal.Params
			in map[string]string
		}{"loss": {bad, in}, "dataset three": {params(t), other}} {
			if err := defence(tc.p).Run(context.Background(), stagetest.Env(t, tc.in)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v; want %q in it", name, err, want)
			}
		}
	}
}
