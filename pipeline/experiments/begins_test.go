package experiments

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/checkpoints"
	"rationale/stages/stagetest"
)

// TestMissingCheckpoint: what begins with one says how to get it, and is left out where
// there is other work.
func TestMissingCheckpoint(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke", Checkpoints: t.TempDir()})
	if _, err := l.Reproduce([]string{"a2i-table4"}); !errors.Is(err, checkpoints.ErrMissing) || !strings.Contains(err.Error(), "make bert") {
		t.Errorf("alone: %v", err)
	}
	b, err := l.Reproduce([]string{"a2i-table4", "a2i-fig3"}, "generated-aroma")
	if err != nil || len(b.Experiments) != 1 || b.Experiments[0].Own != "random-patterns" {
		t.Fatalf("beside another: %+v, %v", b, err)
	}
	if len(b.LeftOut) != 1 || !strings.HasPrefix(b.LeftOut[0], "a2i-table4 is left out: checkpoint minilm: it was not fetched") {
		t.Errorf("left out: %q", b.LeftOut)
	}
}

// table4 is the experiment.
func table4(t *testing.T) Experiment {
	t.Helper()
	chosen, err := choose([]string{"a2i-table4"})
	if err != nil {
		t.Fatal(err)
	}
	return chosen[0]
}

// TestOtherwise: tweets and Movies stand in for the paper's data, not for part of it;
// nobody needs word vectors.
func TestOtherwise(t *testing.T) {
	for _, tc := range []struct {
		sets []string
		want string
	}{
		{nil, ""},
		{[]string{"fv eraser REFUTES/SUPPORTS", "ho hotel location"}, ""},
		{[]string{"fv eraser REFUTES/SUPPORTS", "mv eraser NEG/POS", "tw tweets -"}, "tw mv"},
		{[]string{"mv eraser NEG/POS", "b1 beer aroma", "b0 beer appearance"}, "b0 b1"},
	} {
		l := withSets(newTestLab(t, Options{Checkpoint: stagetest.Checkpoint(t)}), tc.sets...)
		for name, s := range l.sources {
			s.vectors = nil
			l.sources[name] = s
		}
		got, err := l.datasetsOf(table4(t))
		if err != nil || strings.Join(got, " ") != tc.want {
			t.Errorf("%q: %q, %v; want %s", tc.sets, got, err, tc.want)
		}
	}
	l := newTestLab(t, Options{Checkpoint: stagetest.Checkpoint(t)})
	if _, err := l.Reproduce([]string{"a2i-table4"}); err == nil || !strings.Contains(err.Error(), "nothing to run on: no data is there") {
		t.Errorf("no data: %v", err)
	}
}

// TestCheckpointOfExperiments: another one takes the place of the experiment's own, and
// the command that makes the same again names it.
func TestCheckpointOfExperiments(t *testing.T) {
	folder := stagetest.Checkpoint(t)
	l := newTestLab(t, Options{Profile: "smoke", Checkpoint: folder})
	b, err := l.Reproduce([]string{"a2i-table4"}, "generated-aroma")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Runs {
		if r.Labels["encoder"] != "bert bert_tiny" || r.Settings.Options["lambda_coherence"] != 0 {
			t.Errorf("%s with %v", r.Labels, r.Settings.Options)
		}
	}
	if i := slices.Index(b.asked, "--checkpoint"); i < 0 || b.asked[i+1] != folder {
		t.Errorf("the command is %q", b.asked)
	}
	remarks := strings.Join(b.Experiments[0].remarks(), "\n")
	for _, want := range []string{
		"Our encoders begin with bert_tiny: 2 layers, 12 wide.",
		"aroma (generated): all training texts, 10 pieces of each, 2 epochs in batches of 64; all layers learn.",
	} {
		if !strings.Contains(remarks, want) {
			t.Errorf("the remarks lack %q:\n%s", want, remarks)
		}
	}
}

// TestCheckpointsOfNoUse are refused, where they were asked for.
func TestCheckpointsOfNoUse(t *testing.T) {
	for want, o := range map[string]Options{
		"no experiment here begins with a checkpoint": {Checkpoint: stagetest.Checkpoint(t)},
		"config.json": {Checkpoint: t.TempDir()},
	} {
		asked := []string{"a2i-fig3", "a2i-table4"}
		if want != "config.json" {
			asked = asked[:1]
		}
		if _, err := newTestLab(t, o).Reproduce(asked, "generated-aroma"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// TestEncodersOfExperiments: runs begin with a checkpoint where the experiment names
// one, and only there.
func TestEncodersOfExperiments(t *testing.T) {
	for want, e := range map[string]Experiment{
		"bert begins with a checkpoint; name it": {Runs: []RunEntry{{Method: "RNP", Encoder: "bert"}}},
		"gru begins with no checkpoint":          {Checkpoint: "minilm", Runs: []RunEntry{{Method: "RNP"}}},
		`"lstm"`:                                 {Runs: []RunEntry{{Method: "RNP", Encoder: "lstm"}}},
	} {
		if err := e.checkRuns(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// TestSettingsOfEncoders: the profile's table for an encoder on a format wins over the
// encoder's, and is for that encoder alone.
func TestSettingsOfEncoders(t *testing.T) {
	l := withSets(newTestLab(t, Options{Profile: "quick"}), "tw tweets -", "b0 beer aroma")
	method, err := rationalizer.Lookup("RNP")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		dataset, encoder string
		rate, pace       float64
		frozen, texts    int
	}{
		{"tw", "bert", 1e-3, .1, 4, 4500},
		{"tw", "gru", 1e-3, 0, 0, 0},
		{"b0", "bert", 1e-3, .1, 4, 2000},
	} {
		s, err := l.settings(l.sources[tc.dataset], method, tc.encoder, nil)
		if err != nil || s.Rate != tc.rate || s.Pace != tc.pace || s.Frozen != tc.frozen || s.TrainTexts != tc.texts {
			t.Errorf("%s on %s: %+v, %v", tc.encoder, tc.dataset, s, err)
		}
	}
}

// TestCostOfLayers grows with them, and frozen ones cost less.
func TestCostOfLayers(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	cost := func(set map[string]string) float64 {
		r, err := onBERT(l, stagetest.Checkpoint(t), set)
		if err != nil {
			t.Fatal(err)
		}
		return r.Train.Weight
	}
	all, some := cost(nil), cost(map[string]string{"frozen_layers": "1"})
	if !(some < all && some > all/2) {
		t.Errorf("all layers cost %v, with one of two frozen %v", all, some)
	}
}
