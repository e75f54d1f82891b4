package train_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages"
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

// TestResumes stops runs at many places and lets them go on from what is left.
func TestResumes(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "random patterns"} {
		t.Run(method, func(t *testing.T) {
			in := inputs(t, stagetest.Small(method))
			whole := stagetest.Run(t, train.New(params(t)), in)
			// In the middle of each epoch, and behind its last batch.
			for _, at := range []int64{1, 40, 41, 60, 80, 81, 120} {
				stagetest.SameFiles(t, broken(t, in, at), whole)
			}
		})
	}
}

// broken stops a run after so many texts and starts it again. It demands that
// no completed epoch is trained twice.
func broken(t *testing.T, in map[string]string, at int64) string {
	t.Helper()
	env := stagetest.Env(t, in)
	ctx, cancel := context.WithCancel(context.Background())
	stagetest.Watch(env, func(done int64) {
		if done >= at {
			cancel()
		}
	})
	if err := train.New(params(t)).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped after %d texts: %v", at, err)
	}
	first := int64(-1)
	stagetest.Watch(env, func(done int64) {
		if first < 0 {
			first = done
		}
	})
	if err := train.New(params(t)).Run(context.Background(), env); err != nil {
		t.Fatalf("resumed after %d texts: %v", at, err)
	}
	if want := (at - 1) / stagetest.Train * stagetest.Train; first != want {
		t.Errorf("stopped after %d texts, resumed from %d; want %d", at, first, want)
	}
	return env.Out
}

// TestDamagedStateStartsOver changes the saved state in several ways.
func TestDamagedStateStartsOver(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	whole := stagetest.Run(t, train.New(params(t)), in)
	for name, damage := range map[string]func([]byte) []byte{
		"cut":               func(b []byte) []byte { return b[:len(b)/2] },
		"empty":             func([]byte) []byte { return nil },
		"a bit in a moment": func(b []byte) []byte { b[len(b)-3] ^= 4; return b },
		"a digit of the progress": func(b []byte) []byte {
			return bytes.Replace(b, []byte(`\"steps\":3`), []byte(`\"steps\":4`), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := stagetest.Env(t, in)
			path := stopAfterFirstEpoch(t, env)
			saved := read(t, env.Work, filepath.Base(path))
			damaged := damage(bytes.Clone(saved))
			if bytes.Equal(damaged, saved) {
				t.Fatal("the test did no damage")
			}
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			env.Log = slog.New(slog.NewTextHandler(&log, nil))
			if err := train.New(params(t)).Run(context.Background(), env); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(log.String(), "starting over") {
				t.Errorf("no warning in %q", &log)
			}
			stagetest.SameFiles(t, env.Out, whole)
		})
	}
}

// stopAfterFirstEpoch gives the path of what the run saved.
func stopAfterFirstEpoch(t *testing.T, env *stages.Env) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stagetest.Watch(env, func(done int64) {
		if done > stagetest.Train {
			cancel()
		}
	})
	if err := train.New(params(t)).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	saved, err := filepath.Glob(filepath.Join(env.Work, "*"))
	if err != nil || len(saved) != 1 {
		t.Fatalf("saved %v, %v", saved, err)
	}
	return saved[0]
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

// TestChoosesTheFirstBest compares the kept epoch with the history, and its
// parameters with those of a run that ends there.
func TestChoosesTheFirstBest(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	earlier := false
	for seed := range uint64(3) {
		p := params(t)
		p.Seed, p.Rate, p.Epochs = seed, 3e-2, 5
		dir := stagetest.Run(t, train.New(p), in)
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
		sameParameters(t, result.Spec, dir, stagetest.Run(t, train.New(p), in))
	}
	if !earlier {
		t.Error("the last epoch is the best one for every seed: the test shows nothing")
	}
}

// sameParameters compares a checkpoint with the last state of a run.
func sameParameters(t *testing.T, spec rationalizer.Spec, chosen, ended string) {
	t.Helper()
	params, err := export.ReadCheckpoint(filepath.Join(chosen, export.Checkpoint), spec.Layouts)
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
	p := params(t)
	p.Epochs = 1
	dir := stagetest.Run(t, train.New(p), in)
	texts, predictions := predict(t, in, dir, p)
	var right, attacked, hits [2]float64
	var words, selected, gold, both float64
	for i, x := range texts {
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
func predict(t *testing.T, in map[string]string, dir string, p train.Params) ([]tokenize.Text, []train.Prediction) {
	t.Helper()
	texts, err := tokenize.Read(in[train.DataRole], "dev")
	if err != nil {
		t.Fatal(err)
	}
	result, err := train.ReadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := export.ReadCheckpoint(filepath.Join(dir, export.Checkpoint), result.Spec.Layouts)
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := train.FixedInputs(stagetest.Env(t, in), result.Spec)
	if err != nil {
		t.Fatal(err)
	}
	e, err := train.NewEvaluator(runtimetest.Open(t), filepath.Join(in[train.GraphsRole], export.DevModel), result.Spec, fixed)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]train.Prediction, len(texts))
	_, err = e.Evaluate(context.Background(), texts, weights, train.Batching{Size: 128}, train.Draw{Seed: p.Seed, Epoch: result.Epoch()},
		func(i int, x train.Prediction) { out[i] = x })
	if err != nil {
		t.Fatal(err)
	}
	return texts, out
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
