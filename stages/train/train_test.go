package train_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/plots"
	"rationale/stages/export"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// params are the settings of a tiny run: 3 batches an epoch, the last of them
// smaller.
func params(t testing.TB) train.Params {
	t.Helper()
	return train.Params{
		Dataset: stagetest.Dataset, Encoder: "gru", Seed: 1, Epochs: 3, Batch: 16, Rate: 1e-2, Decay: .9, Bucket: 2,
		Engine: train.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1},
	}
}

// inputs makes the tiny data and the graphs of a method, and trains the
// classifier that it needs.
func inputs(t testing.TB, p export.Params) map[string]string {
	t.Helper()
	in := map[string]string{
		train.DataRole:   stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset),
		train.GraphsRole: stagetest.Run(t, export.New(p), nil),
	}
	method, err := rationalizer.Lookup(p.Method)
	if err != nil {
		t.Fatal(err)
	}
	if method.Reader != "" {
		reader := p
		reader.Method = method.Reader
		in[train.ReaderRole] = stagetest.Run(t, train.New(params(t)), map[string]string{
			train.DataRole: in[train.DataRole], train.GraphsRole: stagetest.Run(t, export.New(reader), nil),
		})
	}
	return in
}

// read reads a file of a run.
func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSeedsDecide(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+A2I"))
	first := stagetest.Run(t, train.New(params(t)), in)
	stagetest.SameFiles(t, stagetest.Run(t, train.New(params(t)), in), first)

	p := params(t)
	p.Seed = 2
	other := stagetest.Run(t, train.New(p), in)
	for _, file := range []string{export.Checkpoint, train.StateFile, train.RecordsFile} {
		if bytes.Equal(read(t, other, file), read(t, first, file)) {
			t.Errorf("%s is the same under another seed", file)
		}
	}
}

// TestRateDecays compares a decaying rate with a steady one: the first epoch is
// the same, the second is not.
func TestRateDecays(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	var runs [2][]plots.Record
	for i, decay := range []float64{.1, 1} {
		p := params(t)
		p.Decay, p.Epochs = decay, 2
		runs[i] = records(t, stagetest.Run(t, train.New(p), in))
	}
	differ := map[int]int{}
	for i, r := range runs[0] {
		if r.Value != runs[1][i].Value {
			differ[r.Epoch]++
		}
	}
	if differ[1] > 0 || differ[2] == 0 {
		t.Errorf("numbers that the decay changes, by epoch: %v", differ)
	}
}

// TestStepsPerRun demands the same bytes of K steps in one run as of single
// ones where padding does not depend on K. 40 texts in batches of 5 make eight
// steps: two runs of three and two single ones.
func TestStepsPerRun(t *testing.T) {
	for name, batch := range map[string]int{"all of one size": 5, "a smaller one at the end": 6} {
		t.Run(name, func(t *testing.T) {
			single := stagetest.Small("RNP+A2I")
			single.Hyper.Padding = rationalizer.Paper
			several := single
			several.StepsPerRun = 3
			in := inputs(t, single)
			p := params(t)
			p.Batch = batch
			want := stagetest.Run(t, train.New(p), in)
			in[train.GraphsRole] = stagetest.Run(t, export.New(several), nil)
			got := stagetest.Run(t, train.New(p), in)
			for _, file := range []string{export.Checkpoint, train.StateFile, train.RecordsFile} {
				if !bytes.Equal(read(t, got, file), read(t, want, file)) {
					t.Errorf("%s differs", file)
				}
			}
		})
	}
}

// TestStepsPerRunTrims trains with groups of batches of unequal lengths.
func TestStepsPerRunTrims(t *testing.T) {
	p := stagetest.Small("RNP")
	p.StepsPerRun = 2
	in := inputs(t, p)
	first := stagetest.Run(t, train.New(params(t)), in)
	stagetest.SameFiles(t, stagetest.Run(t, train.New(params(t)), in), first)
}

func TestRefuses(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	three := stagetest.Small("RNP")
	three.Classes = 3
	for _, tc := range []struct {
		name   string
		change func(*train.Params)
		inputs func(map[string]string)
		want   string
	}{
		{"no batch", func(p *train.Params) { p.Batch = 0 }, nil, "batch must be positive"},
		{"no decay", func(p *train.Params) { p.Decay = 0 }, nil, "decay must be"},
		{"no epochs", func(p *train.Params) { p.Epochs = 0 }, nil, "epochs must be positive"},
		{"another library", func(p *train.Params) { p.Engine.Library = "00" }, nil, "planned with 00"},
		{"another number of classes", nil, func(in map[string]string) {
			in[train.GraphsRole] = stagetest.Run(t, export.New(three), nil)
		}, "2 classes and the graphs were made for 3"},
		{"divergence", func(p *train.Params) { p.Rate = 1e38 }, nil, "lower learning_rate or set clip_norm"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, given := params(t), map[string]string{}
			for role, dir := range in {
				given[role] = dir
			}
			if tc.change != nil {
				tc.change(&p)
			}
			if tc.inputs != nil {
				tc.inputs(given)
			}
			err := train.New(p).Run(context.Background(), stagetest.Env(t, given))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v; want %q in it", err, tc.want)
			}
		})
	}
}

// TestPrefetchEnds demands that nothing goes on assembling batches after a
// step failed: the run diverges in the first of 20 batches.
func TestPrefetchEnds(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	p := params(t)
	p.Rate, p.Batch = 1e38, 2
	before := goruntime.NumGoroutine()
	if err := train.New(p).Run(context.Background(), stagetest.Env(t, in)); err == nil {
		t.Fatal("the run did not diverge")
	}
	for range 100 {
		if goruntime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines; %d before", goruntime.NumGoroutine(), before)
}

// TestPiecesHaveNoVectors trains on data that was read in pieces.
func TestPiecesHaveNoVectors(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	in[train.DataRole] = stagetest.Run(t,
		tokenize.New(tokenize.Params{Dataset: stagetest.Dataset, MaxLength: stagetest.MaxLength, Tokenizer: tokenize.WordPiece}),
		map[string]string{tokenize.DatasetRole: stagetest.Generated(t), tokenize.VocabularyRole: stagetest.Vocabulary(t)})
	err := train.New(params(t)).Run(context.Background(), stagetest.Env(t, in))
	if err == nil || !strings.Contains(err.Error(), "--tokenizer words") {
		t.Errorf("error %v; want one that says --tokenizer words", err)
	}
}
