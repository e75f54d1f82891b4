package experiments

import (
	"math"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/stages/stagetest"
)

const giga = 1_000_000_000

// runOf is a run on data that nobody has, with settings in place of tweets'.
func runOf(t *testing.T, method string, set layer) *Run {
	t.Helper()
	m, err := rationalizer.Lookup(method)
	if err != nil {
		t.Fatal(err)
	}
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	s, err := settingsAt(book, "tweets", method, "quick", set)
	if err != nil {
		t.Fatal(err)
	}
	return &Run{Method: m, Settings: s}
}

// TestMemoryIsEstimated: the same settings fit on one machine and not on
// another, and the error says what takes the room.
func TestMemoryIsEstimated(t *testing.T) {
	data := source{classes: []string{"a", "b"}, trainTexts: 2000, trainTokens: 200_000}
	for _, c := range []struct {
		name    string
		set     layer
		device  bool
		machine int64
		ok      bool
	}{
		{"the defaults on a small machine", nil, false, giga, true},
		{"a large model", layer{"hidden": int64(2000)}, false, 2 * giga, false},
		{"a large model on a large machine", layer{"hidden": int64(2000)}, false, 64 * giga, true},
		{"the largest model", layer{"hidden": int64(1 << 16)}, false, 1024 * giga, false},
		{"padded to the longest", layer{"max_length": int64(1 << 24), "padding": "paper"}, false, 64 * giga, false},
		{"padded on a device", layer{"max_length": int64(1 << 24), "padding": "paper"}, true, 64 * giga, true},
		{"all texts at once", layer{"max_length": int64(1 << 24), "batch": int64(1 << 24)}, false, 8 * giga, true},
		{"no limit known", layer{"hidden": int64(1 << 16)}, false, math.MaxInt64, true},
	} {
		l := newTestLab(t, Options{Profile: "smoke"})
		l.provider.Device = c.device
		err := l.checkMemory(runOf(t, "RNP+A2I", c.set), data, c.machine)
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "this machine has") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestMemoryOfBERT: 32 texts of 256 pieces of a model of MiniLM's size do not fit into
// 6 GB, unless something is computed again; of the tiny checkpoint any batch does.
func TestMemoryOfBERT(t *testing.T) {
	l, data := newTestLab(t, Options{Profile: "smoke"}), source{classes: []string{"a", "b"}, trainTexts: 100, trainTokens: 100_000}
	r, err := onBERT(l, stagetest.Checkpoint(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Settings.MaxLength, r.Settings.Batch = 256, 32
	if err := l.checkMemory(r, data, giga); err != nil {
		t.Error(err)
	}
	r.begun.form = nn.BERT{
		Vocabulary: 30522, Width: 384, Layers: 6, Heads: 12, Inner: 1536, Activation: "gelu",
		Positions: 512, Types: 2, Epsilon: 1e-12, Deviation: .02, Dropout: .1, AttentionDropout: .1,
	}
	if r.Method, err = rationalizer.Lookup("RNP"); err != nil {
		t.Fatal(err)
	}
	r.Settings.Options = rationalizer.Values{"attack": 0}
	if err := l.checkMemory(r, data, 6*giga); err == nil || !strings.Contains(err.Error(), `recompute = "" (or "attention" or "layers"`) {
		t.Errorf("on 6 GB: %v", err)
	}
	r.Settings.Recompute = "attention"
	if err := l.checkMemory(r, data, 6*giga); err != nil {
		t.Error(err)
	}
}

// TestMemoryOfLargeGraphs: every graph of a batch has the edges between all pairs of
// its nodes.
func TestMemoryOfLargeGraphs(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	r := runOf(t, "RNP", nil)
	r.Encoder = rationalizer.GraphEncoder
	r.Settings.Batch = 128
	large := source{classes: []string{"a", "b"}, graphs: true, features: 3, trainTexts: 1000, trainTokens: 5_000_000}
	if err := l.checkMemory(r, large, 16*giga); err == nil || !strings.Contains(err.Error(), "batch = 128 need") {
		t.Errorf("5,000 nodes a graph: %v", err)
	}
	large.trainTokens = 25_000
	if err := l.checkMemory(r, large, 16*giga); err != nil {
		t.Errorf("25 nodes a graph: %v", err)
	}
}

// TestBatchSize: a batch is no larger than the texts that there are, and as long as
// they are.
func TestBatchSize(t *testing.T) {
	data := source{trainTexts: 50, trainTokens: 500}
	for _, c := range []struct {
		s    Settings
		want rationalizer.Size
	}{
		{Settings{Batch: 1 << 24, MaxLength: 100}, rationalizer.Size{Examples: 50, Positions: 10, Sentences: 1}},
		{Settings{Batch: 3, MaxLength: 4}, rationalizer.Size{Examples: 3, Positions: 4, Sentences: 1}},
		{Settings{Batch: 30, MaxLength: 100, TrainTexts: 20}, rationalizer.Size{Examples: 20, Positions: 10, Sentences: 1}},
		{Settings{Batch: 3, MaxLength: 100, Hyper: rationalizer.Hyper{Padding: rationalizer.Paper}}, rationalizer.Size{Examples: 3, Positions: 100, Sentences: 1}},
	} {
		if got := (&Run{Settings: c.s}).batchSize(data); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.s, got, c.want)
		}
	}
	if got := (&Run{Settings: Settings{Batch: 3, MaxLength: 100}, begun: &begun{}}).batchSize(data).Positions; got != 12 {
		t.Errorf("%d pieces, want 10 and two marks", got)
	}
}
