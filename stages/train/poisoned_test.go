package train_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// changed is a dataset of which each text was changed after it was read.
type changed struct {
	examples.Data
	change func(i int, set texts.Set)
}

func (c changed) Split(name string) (examples.Set, error) {
	set, err := c.Data.Split(name)
	if err != nil {
		return nil, err
	}
	for i := range set.Len() {
		c.change(i, set.(texts.Set))
	}
	return set, nil
}

// changing opens datasets and changes their texts.
func changing(change func(i int, set texts.Set)) examples.Open {
	return func(dir string) (examples.Data, error) {
		data, err := texts.Open(dir)
		return changed{data, change}, err
	}
}

// poison marks every fourth text.
func poison(i int, set texts.Set) { set[i].Poisoned = i%4 == 0 }

// TestResumesWithSampling stops a run whose poisoned texts come early at many
// places; it comes to the bytes of one that nobody stopped.
func TestResumesWithSampling(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+RAT"))
	stage := func() *train.Stage {
		p := short(t, in)
		p.Sampling = examples.PoisonPriority
		return train.New(p, changing(poison)).KeepEvery(0)
	}
	whole := stagetest.Run(t, stage(), in)
	for at := int64(1); at < 2*stagetest.Train; at += 7 {
		env := stagetest.Env(t, in)
		stood := stopAt(t, stage(), env, at)
		if first := goOn(t, stage(), env); first != stood {
			t.Errorf("stopped after %d texts, resumed from %d", stood, first)
		}
		stagetest.SameFiles(t, env.Out, whole)
	}
}

// TestSamplingDecides: the strategies lead to different models.
func TestSamplingDecides(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+RAT"))
	seen := map[string]examples.Sampling{}
	for _, s := range []examples.Sampling{examples.Uniform, examples.PoisonPriority, examples.CleanPriority} {
		p := short(t, in)
		p.Sampling = s
		state := read(t, stagetest.Run(t, train.New(p, changing(poison)), in), train.StateFile)
		for other, of := range seen {
			if bytes.Equal(state, []byte(other)) {
				t.Errorf("%q trains as %q does", s, of)
			}
		}
		seen[string(state)] = s
	}
}

// TestGRIsNotedWhereItMatters: of methods that learn from rationales, and where the
// epoch is chosen by it. The chosen epoch is then the first with the best sum.
func TestGRIsNotedWhereItMatters(t *testing.T) {
	for _, tc := range []struct {
		method string
		choose train.Selection
		want   bool
	}{{"RNP", "", false}, {"RNP", train.ByAccuracyAndGR, true}, {"RNP+RAT", "", true}, {"RNP+RAT", train.ByAccuracyAndGR, true}} {
		in := inputs(t, stagetest.Small(tc.method))
		p := short(t, in)
		p.Epochs, p.Select = 4, tc.choose
		dir := stagetest.Run(t, newStage(p), in)
		all := records(t, dir)
		gr := onDev(all, "gr")
		if len(gr) > 0 != tc.want {
			t.Fatalf("%s: GR %v, wanted any: %v", tc.method, gr, tc.want)
		}
		result, err := train.ReadResult(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := bestEpoch(onDev(all, "accuracy"), gr, tc.choose); result.Epoch() != want {
			t.Errorf("%s chosen by %q: epoch %d, want %d", tc.method, tc.choose, result.Epoch(), want)
		}
	}
}

// onDev are a metric's values on development texts, by epoch.
func onDev(all []plots.Record, metric string) map[int]float64 {
	out := map[int]float64{}
	for _, r := range all {
		if r.Split == "dev" && r.Metric == metric {
			out[r.Epoch] = r.Value
		}
	}
	return out
}

func bestEpoch(accuracy, gr map[int]float64, by train.Selection) int {
	best, top := 0, -1.
	for epoch := 1; epoch <= len(accuracy); epoch++ {
		value := accuracy[epoch]
		if by == train.ByAccuracyAndGR {
			value += gr[epoch]
		}
		if value > top {
			best, top = epoch, value
		}
	}
	return best
}

// TestWhatPoisonedTrainingWants refuses before the first step what a run would
// fall over later.
func TestWhatPoisonedTrainingWants(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+RAT"))
	unmarked := func(i int, set texts.Set) { set[i].Gold = nil }
	unread := func(i int, set texts.Set) { clear(set[i].Gold) }
	for _, tc := range []struct {
		open   examples.Open
		change func(*train.Params)
		want   string
	}{
		{changing(unmarked), func(*train.Params) {}, "has a human rationale, and RNP+RAT learns from rationales; import the dataset with them, or set rationale_loss=false"},
		{changing(unread), func(p *train.Params) { p.Select = train.ByAccuracyAndGR }, `select = "acc+gr" needs development texts with human rationales`},
		{texts.Open, func(p *train.Params) { p.Sampling = examples.CleanPriority }, "all are of one kind; poison a part of them"},
		{texts.Open, func(p *train.Params) { p.Sampling = "poisonous" }, `sampling = "poisonous"; expected poison-priority or clean-priority`},
		{texts.Open, func(p *train.Params) { p.Select = "gr" }, `select = "gr"; expected "acc+gr"`},
	} {
		p := short(t, in)
		tc.change(&p)
		err := train.New(p, tc.open).Run(context.Background(), stagetest.Env(t, in))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error %v; want %q in it", err, tc.want)
		}
	}
}

// TestLearnsFromTextsThatPeopleMarked: a training text that nobody was asked about is as
// good as none.
func TestLearnsFromTextsThatPeopleMarked(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+RAT"))
	p := short(t, in)
	p.Epochs, p.Batch = 1, stagetest.Train
	unmarked := func(i int, set texts.Set) {
		if len(set) == stagetest.Train && i >= stagetest.Train-3 {
			set[i].Gold = nil
		}
	}
	left := stagetest.Run(t, train.New(p, changing(unmarked)), in)
	p.Texts = stagetest.Train - 3
	first := stagetest.Run(t, train.New(p, texts.Open), in)
	if !bytes.Equal(read(t, left, train.StateFile), read(t, first, train.StateFile)) {
		t.Error("three texts without a rationale change what is learned from the others")
	}
}

// TestGoesOnFromACleanRun: a run on another dataset, of another vocabulary, starts
// from the parameters that a finished one chose. Word vectors are none of them.
func TestGoesOnFromACleanRun(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP+RAT"))
	clean := stagetest.Run(t, newStage(short(t, in)), in)
	data := stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
	if a, b := vocabulary(t, data), vocabulary(t, in[train.DataRole]); a == b {
		t.Fatalf("both vocabularies have %d words", a)
	}
	made := stagetest.Graphs(t, stagetest.Small("RNP+RAT"), data)
	from := stagetest.Run(t, weights.New(weights.Params{Seed: 2}), map[string]string{weights.GraphsRole: made, weights.FromRole: clean})
	got, want := checkpoint(t, from), checkpoint(t, clean)
	for name, x := range got {
		if !slices.Equal(x.Float64s(), want[name].Float64s()) {
			t.Errorf("%s is not what the clean run chose", name)
		}
	}
	p := short(t, in)
	p.Dataset = stagetest.Facts
	asked := func(i int, set texts.Set) {
		set[i].Gold = append(set[i].Gold, make([]bool, len(set[i].IDs)-len(set[i].Gold))...)
	}
	stagetest.Run(t, train.New(p, changing(asked)), map[string]string{train.DataRole: data, train.GraphsRole: made, train.WeightsRole: from})
}

// vocabulary is how many words a tokenized dataset knows.
func vocabulary(t *testing.T, dir string) int {
	t.Helper()
	s, err := tokenize.ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s.Vocab
}

// checkpoint reads the parameters of an artifact.
func checkpoint(t *testing.T, dir string) map[string]*tensor.Tensor {
	t.Helper()
	named, _, err := safetensors.ReadFile(filepath.Join(dir, weights.Checkpoint))
	if err != nil || len(named) == 0 {
		t.Fatalf("%d parameters, %v", len(named), err)
	}
	return named
}
