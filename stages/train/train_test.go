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

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/plots"
	"rationale/stages/backend"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// params are the settings of a tiny run: 3 batches an epoch, the last of them
// smaller.
func params(t testing.TB, in map[string]string) train.Params {
	t.Helper()
	made, err := graphs.ReadMade(in[train.GraphsRole])
	if err != nil {
		t.Fatal(err)
	}
	return train.Params{
		Scalars: stagetest.Scalars(made.Method),
		Dataset: stagetest.Dataset, Seed: 1, Epochs: 3, Batch: 16, Rate: 1e-2, Decay: .9, Bucket: 2,
		Engine: backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1},
	}
}

// inputs makes the tiny data and the graphs of a method, and trains the
// classifier that it needs.
func inputs(t testing.TB, p graphs.Params) map[string]string {
	t.Helper()
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	if p.BERT != nil {
		data = stagetest.Pieces(t, stagetest.Generated(t), stagetest.Dataset)
	}
	in := start(t, p, data)
	method, err := rationalizer.Lookup(p.Method)
	if err != nil {
		t.Fatal(err)
	}
	if method.Reader != "" {
		reader := p
		reader.Method = method.Reader
		reader.Flags = nil
		read := start(t, reader, data)
		in[train.ReaderRole] = stagetest.Run(t, newStage(params(t, read)), read)
	}
	return in
}

// start makes the graphs of a model and its first parameters.
func start(t testing.TB, p graphs.Params, data string) map[string]string {
	t.Helper()
	made := stagetest.Graphs(t, p, data)
	return map[string]string{train.DataRole: data, train.GraphsRole: made, train.WeightsRole: stagetest.Weights(t, made, 1)}
}

func newStage(p train.Params) *train.Stage { return train.New(p, texts.Open) }

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
	first := stagetest.Run(t, newStage(params(t, in)), in)
	stagetest.SameFiles(t, stagetest.Run(t, newStage(params(t, in)), in), first)

	p := params(t, in)
	p.Seed = 2
	other := stagetest.Run(t, newStage(p), in)
	for _, file := range []string{weights.Checkpoint, train.StateFile, train.RecordsFile} {
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
		p := params(t, in)
		p.Decay, p.Epochs = decay, 2
		runs[i] = records(t, stagetest.Run(t, newStage(p), in))
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
	for name, tc := range map[string]struct {
		method string
		batch  int
	}{
		"all of one size":          {"RNP+A2I", 5},
		"a smaller one at the end": {"RNP+A2I", 6},
		"replaced words":           {"NIR", 5},
	} {
		t.Run(name, func(t *testing.T) {
			single := stagetest.Small(tc.method)
			single.Hyper.Padding = rationalizer.Paper
			several := single
			several.StepsPerRun = 3
			in := inputs(t, single)
			p := params(t, in)
			p.Batch = tc.batch
			want := stagetest.Run(t, newStage(p), in)
			in[train.GraphsRole] = stagetest.Graphs(t, several, in[train.DataRole])
			got := stagetest.Run(t, newStage(p), in)
			for _, file := range []string{weights.Checkpoint, train.StateFile, train.RecordsFile} {
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
	first := stagetest.Run(t, newStage(params(t, in)), in)
	stagetest.SameFiles(t, stagetest.Run(t, newStage(params(t, in)), in), first)
}

func TestRefuses(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	three := stagetest.Tokenized(t, stagetest.ThreeClasses(t), "three")
	for _, tc := range []struct {
		name   string
		change func(*train.Params)
		inputs func(map[string]string)
		want   string
	}{
		{"no batch", func(p *train.Params) { p.Batch = 0 }, nil, "batch = 0; expected 1 to"},
		{"no decay", func(p *train.Params) { p.Decay = 0 }, nil, "decay = 0; expected a share, above 0 and at most 1"},
		{"no epochs", func(p *train.Params) { p.Epochs = 0 }, nil, "epochs = 0; expected 1 to"},
		{"all epochs annealed", func(p *train.Params) { p.Anneal = p.Epochs }, nil, "expected 0 or more and less than epochs = "},
		{"another library", func(p *train.Params) { p.Engine.Library = "00" }, nil, "planned with 00"},
		{"another number of classes", nil, func(in map[string]string) {
			in[train.DataRole] = three
		}, "3 classes and the graphs were made for 2"},
		{"a scalar is missing", func(p *train.Params) { delete(p.Scalars, "sparsity") }, nil, "take sparsity, and the run gives no value"},
		{"a scalar too many", func(p *train.Params) { p.Scalars["instruction"] = 1 }, nil, "a value for instruction, which the graphs of RNP do not take"},
		{"divergence", func(p *train.Params) { p.Rate = 1e38 }, nil, "lower learning_rate or set clip_norm"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, given := params(t, in), map[string]string{}
			for role, dir := range in {
				given[role] = dir
			}
			if tc.change != nil {
				tc.change(&p)
			}
			if tc.inputs != nil {
				tc.inputs(given)
			}
			err := newStage(p).Run(context.Background(), stagetest.Env(t, given))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v; want %q in it", err, tc.want)
			}
		})
	}
}

// TestAnEarlierStageChoosesScalars: what a stage before the run chose stands in
// for the parameters' number, and gives the run that it would have given there.
func TestAnEarlierStageChoosesScalars(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	p := params(t, in)
	p.Scalars["sparsity"] = .4
	want := records(t, stagetest.Run(t, newStage(p), in))
	p.Scalars["sparsity"] = .1
	other := records(t, stagetest.Run(t, newStage(p), in))
	chosen := t.TempDir()
	if err := os.WriteFile(filepath.Join(chosen, train.ScalarsFile), []byte(`{"sparsity": 0.4}`), 0o644); err != nil {
		t.Fatal(err)
	}
	in[train.ScalarsRole] = chosen
	got := records(t, stagetest.Run(t, newStage(p), in))
	if !cmp.Equal(got, want) || cmp.Equal(got, other) {
		t.Error("the run is not that of the number that was chosen")
	}
}

// TestPrefetchEnds demands that nothing goes on assembling batches after a
// step failed: the run diverges in the first of 20 batches.
func TestPrefetchEnds(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	p := params(t, in)
	p.Rate, p.Batch = 1e38, 2
	before := goruntime.NumGoroutine()
	if err := newStage(p).Run(context.Background(), stagetest.Env(t, in)); err == nil {
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
	err := newStage(params(t, in)).Run(context.Background(), stagetest.Env(t, in))
	if err == nil || !strings.Contains(err.Error(), "--tokenizer words") {
		t.Errorf("error %v; want one that says --tokenizer words", err)
	}
}

// TestThreadsChangeNothing: they evaluate epochs side by side.
func TestThreadsChangeNothing(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+A2I"))
	stage := newStage(params(t, in))
	want, env := stagetest.Run(t, stage, in), stagetest.Env(t, in)
	env.Threads = 3
	if err := stage.Run(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	stagetest.SameFiles(t, env.Out, want)
}
