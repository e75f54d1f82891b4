package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/pipeline/engine"
	"rationale/stages/checkpoint"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// onBERT plans a run that begins with the tiny checkpoint, or a copy of it.
func onBERT(l *Lab, folder string, set map[string]string) (*Run, error) {
	all := map[string]string{"max_length": "10"}
	for key, value := range set {
		all[key] = value
	}
	return l.Run(RunSpec{Method: "RNP+A2I", Dataset: "generated-aroma", Encoder: "bert", Checkpoint: folder, Seed: 1, Set: all})
}

// TestRunsBeginWithTheCheckpoint: data and weights are given it, and the graphs its
// form and the settings of its encoders.
func TestRunsBeginWithTheCheckpoint(t *testing.T) {
	l, folder := newTestLab(t, Options{Profile: "smoke"}), stagetest.Checkpoint(t)
	r, err := onBERT(l, folder, map[string]string{"frozen_layers": "1", "recompute": "layers"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []*engine.Node{r.Data, r.Weights} {
		if in := n.Inputs[len(n.Inputs)-1]; in.Role != checkpoint.Role || in.Digest == "" {
			t.Errorf("%s is given %q last", n.Label, in.Role)
		}
	}
	if p := r.Data.Stage.Params().(tokenize.Params); p.Tokenizer != tokenize.WordPiece || p.Checkpoint != "bert_tiny" {
		t.Errorf("texts are read with %+v", p)
	}
	b := r.Graphs.Stage.Params().(graphs.Params).BERT
	if b == nil || b.Layers != 2 || b.FrozenLayers != 1 || b.Recompute != nn.RecomputeLayers || b.Pace != .1 || r.Settings.Rate != 1e-4 {
		t.Errorf("the graphs are made for %+v, at rate %v", b, r.Settings.Rate)
	}
	if got := r.Labels["encoder"]; got != "bert bert_tiny" {
		t.Errorf("the run's encoder is called %q", got)
	}
}

// TestTablesLearn where the setting says so; the classifier that reads a run's selections
// is made as the run is.
func TestTablesLearn(t *testing.T) {
	l, folder := newTestLab(t, Options{Profile: "smoke"}), stagetest.Checkpoint(t)
	r, err := l.Run(RunSpec{
		Method: "random patterns", Dataset: "generated-aroma", Encoder: "bert", Checkpoint: folder, Seed: 1,
		Set: map[string]string{"max_length": "10", "train_tables": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := r.Train.Inputs[len(r.Train.Inputs)-1]
	if reader.Role != train.ReaderRole {
		t.Fatalf("the last input is %q", reader.Role)
	}
	for _, n := range []*engine.Node{r.Train, reader.From} {
		for _, in := range n.Inputs {
			if in.Role == train.GraphsRole && !in.From.Stage.Params().(graphs.Params).BERT.TrainTables {
				t.Errorf("%s: the tables are fixed", n.Label)
			}
		}
	}
	if got := r.Labels["variant"]; !strings.Contains(got, "train_tables=true") {
		t.Errorf("the run is called %q", got)
	}
}

// TestCheckpointIsPartOfTheIdentity: its content is, not where it lies.
func TestCheckpointIsPartOfTheIdentity(t *testing.T) {
	folder := stagetest.Checkpoint(t)
	copied := filepath.Join(t.TempDir(), filepath.Base(folder))
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	plan := func(folder string) string {
		r, err := onBERT(newTestLab(t, Options{Profile: "smoke"}), folder, nil)
		if err != nil {
			t.Fatal(err)
		}
		return identity(t, r.Train)
	}
	want := plan(folder)
	if got := plan(copied); got != want {
		t.Errorf("the same checkpoint in another folder gives %s instead of %s", got, want)
	}
	vocabulary := filepath.Join(copied, "vocab.txt")
	data, err := os.ReadFile(vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vocabulary, []byte(strings.Replace(string(data), "beer", "wine", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := plan(copied); got == want {
		t.Error("another vocabulary has the same identity")
	}
}

// TestCheckpointsAreOpenedOnce, however many runs begin with them.
func TestCheckpointsAreOpenedOnce(t *testing.T) {
	l, folder := newTestLab(t, Options{Profile: "smoke"}), t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(stagetest.Checkpoint(t))); err != nil {
		t.Fatal(err)
	}
	first, err := onBERT(l, folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	second, err := onBERT(l, folder, nil)
	if err != nil || identity(t, first.Train) != identity(t, second.Train) {
		t.Errorf("the second run is another: %v", err)
	}
}

// TestCheckpointsRefused: settings that the checkpoint or its encoders cannot have.
func TestCheckpointsRefused(t *testing.T) {
	l, folder := newTestLab(t, Options{Profile: "smoke"}), stagetest.Checkpoint(t)
	for want, set := range map[string]map[string]string{
		"has places for 10 pieces":              {"max_length": "11"},
		"encoder_pace = 1.5":                    {"encoder_pace": "1.5"},
		"frozen_layers = 3; expected 0 to 2":    {"frozen_layers": "3"},
		"frozen_layers = 1 and train_tables":    {"frozen_layers": "1", "train_tables": "true"},
		"batches of this run cannot be divided": {"shards": "2", "train_tables": "true"},
		"train_tables = 1; expected true or f":  {"train_tables": "1"},
		"frozen_layers = -1":                    {"frozen_layers": "-1"},
		`unknown setting "frozen_layer"`:        {"frozen_layer": "1"},
		"frozen_layers = 0.5; expected a":       {"frozen_layers": "0.5"},
		`recompute = "layer"; expected`:         {"recompute": "layer"},
	} {
		if _, err := onBERT(l, folder, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
