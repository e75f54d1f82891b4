package evaluate_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// draws is the number of noise seeds in these tests.
const draws = 3

func engine(t testing.TB) backend.Backend {
	return backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
}

func params(t testing.TB, dataset string) evaluate.Params {
	return evaluate.Params{
		Dataset: dataset, Draws: draws, Batch: 8, Texts: 12, Engine: engine(t),
	}
}

// trained trains two epochs on a dataset and gives the inputs of its
// evaluation.
func trained(t testing.TB, p graphs.Params, data, name string) map[string]string {
	t.Helper()
	in := map[string]string{train.DataRole: stagetest.Tokenized(t, data, name)}
	in[train.GraphsRole] = stagetest.Graphs(t, p, in[train.DataRole])
	in[train.WeightsRole] = stagetest.Weights(t, in[train.GraphsRole], 1)
	in[evaluate.RunRole] = stagetest.Run(t, train.New(train.Params{
		Dataset: name, Scalars: stagetest.Scalars(p.Method), Seed: 1, Epochs: 2, Batch: 16, Rate: 1e-2, Decay: 1, Engine: engine(t),
	}, texts.Open), in)
	return in
}

// records reads the numbers of an evaluation: mask → metric → value.
func records(t testing.TB, dir string) map[string]map[string]float64 {
	t.Helper()
	all, err := plots.ReadRecords(bytes.NewReader(stagetest.Files(t, dir)[evaluate.RecordsFile]), evaluate.RecordsFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]float64{}
	for _, r := range all {
		if out[r.Mask] == nil {
			out[r.Mask] = map[string]float64{}
		}
		if _, twice := out[r.Mask][r.Metric]; twice || r.Split != "test" || !r.Selected {
			t.Errorf("record %+v", r)
		}
		out[r.Mask][r.Metric] = r.Value
	}
	return out
}

func TestEvaluates(t *testing.T) {
	p := stagetest.Small("RNP+A2I")
	in := trained(t, p, stagetest.Generated(t), stagetest.Dataset)
	dir := stagetest.Run(t, evaluate.New(params(t, stagetest.Dataset), texts.Open), in)
	stagetest.SameFiles(t, stagetest.Run(t, evaluate.New(params(t, stagetest.Dataset), texts.Open), in), dir)

	got := records(t, dir)
	mean := fmt.Sprintf("sampled-mean-%d", draws)
	if masks := slices.Sorted(maps.Keys(got)); !slices.Equal(masks, []string{"argmax", "sampled", mean}) {
		t.Fatalf("masks %v", masks)
	}
	metrics := slices.Sorted(maps.Keys(got["argmax"]))
	want := []string{
		"accuracy", "accuracy_full_text", "accuracy_gold", "asr", "asr_of_class_0", "asr_of_class_1", "asr_raw",
		"f1", "f1_random", "gold_share", "precision", "rationale_sparsity", "recall", "sparsity",
	}
	if !slices.Equal(metrics, want) {
		t.Errorf("metrics %v; want %v", metrics, want)
	}
	t.Run("mean of draws", func(t *testing.T) { checkMean(t, in, got[mean]) })
	t.Run("examples", func(t *testing.T) { checkExamples(t, in, dir) })
	t.Run("model", func(t *testing.T) { checkModel(t, in, dir) })
}

// checkMean evaluates with each noise seed by itself.
func checkMean(t *testing.T, in map[string]string, mean map[string]float64) {
	s := setUp(t, in)
	sums := map[string]float64{}
	for seed := range uint64(draws) {
		scores, err := s.evaluator.Evaluate(context.Background(), s.texts, s.weights, measure.Batching{Size: 8},
			measure.Draw{Seed: seed, Epoch: s.result.Epoch()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range scores.Numbers() {
			sums[n.Metric] += n.Value
		}
	}
	for name, value := range mean {
		if math.Abs(value-sums[name]/draws) > 1e-12 {
			t.Errorf("%s is %v; the mean is %v", name, value, sums[name]/draws)
		}
	}
}

// subject is a trained run with its test graph.
type subject struct {
	result    train.Result
	weights   measure.Weights
	fixed     map[string]*tensor.Tensor
	texts     texts.Set
	evaluator *measure.Evaluator
}

func setUp(t *testing.T, in map[string]string) subject {
	t.Helper()
	var s subject
	var err error
	if s.result, err = train.ReadResult(in[evaluate.RunRole]); err != nil {
		t.Fatal(err)
	}
	spec := s.result.Graphs.Spec
	if s.weights, err = weights.ReadCheckpoint(in[evaluate.RunRole]+"/"+weights.Checkpoint, spec.Layouts); err != nil {
		t.Fatal(err)
	}
	data, err := texts.Open(in[train.DataRole])
	if err != nil {
		t.Fatal(err)
	}
	if s.fixed, err = train.Fixed(stagetest.Env(t, in), data, spec); err != nil {
		t.Fatal(err)
	}
	read, err := tokenize.Read(in[train.DataRole], "test")
	if err != nil {
		t.Fatal(err)
	}
	s.texts = read
	if s.evaluator, err = measure.NewEvaluator(runtimetest.Open(t), in[train.GraphsRole]+"/"+graphs.TestModel, spec, s.fixed); err != nil {
		t.Fatal(err)
	}
	return s
}

// checkExamples compares rationales.jsonl with arg-max predictions.
func checkExamples(t *testing.T, in map[string]string, dir string) {
	examples, err := evaluate.ReadExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := setUp(t, in)
	predictions := make([]measure.Prediction, len(s.texts))
	_, err = s.evaluator.Evaluate(context.Background(), s.texts, s.weights, measure.Batching{Size: 8}, measure.Draw{ArgMax: true},
		func(i int, p measure.Prediction) { predictions[i] = p })
	if err != nil {
		t.Fatal(err)
	}
	if len(examples) != 12 {
		t.Fatalf("%d examples; want 12", len(examples))
	}
	classes, chosen := []string{"negative", "positive"}, 0
	for i, x := range examples {
		text, p := s.texts[i], predictions[i]
		if x.ID != text.ID || x.Class != classes[text.Label] || x.Predicted != classes[p.Class] {
			t.Errorf("example %d: %s %s %s", i, x.ID, x.Class, x.Predicted)
		}
		want := make([]bool, len(x.Tokens))
		copy(want, p.Selected[:len(text.IDs)])
		if !slices.Equal(x.Selected, want) || len(x.Gold) != len(x.Tokens) {
			t.Errorf("example %d selects %v; want %v", i, x.Selected, want)
		}
		if slices.Contains(x.Selected, true) {
			chosen++
		}
	}
	if chosen == 0 {
		t.Error("no text has a rationale: the test shows nothing")
	}
}

// checkModel runs eval_model.onnx in a session of its own, with nothing but
// ids and mask, and compares with the run's test graph under zero noise.
func checkModel(t *testing.T, in map[string]string, dir string) {
	model := stagetest.Files(t, dir)[evaluate.ModelFile]
	session := runtimetest.NewSession(t, evaluate.ModelFile, model)
	s := setUp(t, in)
	ids, mask := padded(t, s.texts)
	got, err := session.Run(context.Background(), map[string]*tensor.Tensor{"input_ids": ids, "attention_mask": mask})
	if err != nil {
		t.Fatal(err)
	}
	test := runtimetest.NewSession(t, graphs.TestModel, stagetest.Files(t, in[train.GraphsRole])[graphs.TestModel])
	full := map[string]*tensor.Tensor{rationalizer.InputIDs: ids, rationalizer.InputMask: mask, rationalizer.InputGold: mask}
	maps.Copy(full, s.fixed)
	for name, w := range s.weights {
		full[name+rationalizer.ParamsPart] = tensor.Vector(w)
	}
	shape := ids.Shape()
	for _, noise := range []string{rationalizer.SelectNoise, rationalizer.AttackNoise} {
		if full[noise], err = tensor.New(tensor.Float32, shape[1], shape[0]); err != nil {
			t.Fatal(err)
		}
	}
	want, err := test.Run(context.Background(), full)
	if err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{rationalizer.OutLogits, rationalizer.OutRationale, rationalizer.OutProbability} {
		a, b := got[output].Float64s(), want[output].Float64s()
		for i := range a {
			if math.Abs(a[i]-b[i]) > 1e-5 {
				t.Errorf("%s[%d] is %v; want %v", output, i, a[i], b[i])
			}
		}
	}
	checkMetadata(t, model, s.result.Epoch())
}

// padded are ids and mask of texts, padded to the longest.
func padded(t *testing.T, texts []tokenize.Text) (ids, mask *tensor.Tensor) {
	t.Helper()
	length := 0
	for _, x := range texts {
		length = max(length, len(x.IDs))
	}
	flat, on := make([]int64, len(texts)*length), make([]int64, len(texts)*length)
	for row, x := range texts {
		for k, id := range x.IDs {
			flat[row*length+k], on[row*length+k] = int64(id), 1
		}
	}
	shape := []int64{int64(len(texts)), int64(length)}
	ids, err := tensor.Of(shape, flat)
	if err != nil {
		t.Fatal(err)
	}
	mask, err = tensor.Of(shape, on)
	if err != nil {
		t.Fatal(err)
	}
	return ids, mask
}

// checkMetadata looks for the model's metadata as ONNX encodes them: field 1
// is the key, field 2 the value.
func checkMetadata(t *testing.T, model []byte, epoch int) {
	t.Helper()
	for key, value := range map[string]string{"method": "RNP+A2I", "dataset": stagetest.Dataset, "epoch": fmt.Sprint(epoch)} {
		entry := fmt.Sprintf("\x0a%c%s\x12%c%s", len(key), key, len(value), value)
		if !bytes.Contains(model, []byte(entry)) {
			t.Errorf("no metadata %s = %s", key, value)
		}
	}
}

// TestPerText: asked for it, the evaluation also averages over texts what they select
// of human rationales, those included that select nothing.
func TestPerText(t *testing.T) {
	in := trained(t, stagetest.Small("RNP"), stagetest.Generated(t), stagetest.Dataset)
	p := params(t, stagetest.Dataset)
	p.PerText, p.Texts = true, 1000
	dir := stagetest.Run(t, evaluate.New(p, texts.Open), in)
	examples, err := evaluate.ReadExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{}
	for _, x := range examples {
		both, selected, gold := 0., 0., 0.
		for i := range x.Tokens {
			if x.Selected[i] {
				selected++
			}
			if x.Gold[i] {
				gold++
			}
			if x.Selected[i] && x.Gold[i] {
				both++
			}
		}
		n := float64(len(examples))
		want["precision_per_text"] += both / max(selected, 1) / n
		want["recall_per_text"] += both / max(gold, 1) / n
		want["f1_per_text"] += 2 * both / max(selected+gold, 1) / n
	}
	got := records(t, dir)
	for name, value := range want {
		if math.Abs(got["argmax"][name]-value) > 1e-6 || got["sampled"][name] == 0 {
			t.Errorf("%s is %v, want %v; sampled %v", name, got["argmax"][name], value, got["sampled"][name])
		}
	}
}

// TestWithoutGold evaluates on three classes and no human rationale.
func TestWithoutGold(t *testing.T) {
	p := stagetest.Small("RNP+A2I")
	in := trained(t, p, stagetest.ThreeClasses(t), "three")
	dir := stagetest.Run(t, evaluate.New(params(t, "three"), texts.Open), in)
	got := records(t, dir)["argmax"]
	want := []string{"accuracy", "accuracy_full_text", "asr", "asr_of_class_0", "asr_of_class_1", "asr_of_class_2", "asr_raw", "sparsity"}
	if metrics := slices.Sorted(maps.Keys(got)); !slices.Equal(metrics, want) {
		t.Errorf("metrics %v; want %v", metrics, want)
	}
	examples, err := evaluate.ReadExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"it", "is", "a", "bad", "one", "of", "0"}, examples[0].Tokens); d != "" || examples[0].Gold != nil {
		t.Errorf("first example %+v", examples[0])
	}
}

// TestClassifier evaluates a model that selects nothing.
func TestClassifier(t *testing.T) {
	method := classifier(t)
	p := stagetest.Small(method)
	in := trained(t, p, stagetest.Generated(t), stagetest.Dataset)
	dir := stagetest.Run(t, evaluate.New(params(t, stagetest.Dataset), texts.Open), in)
	got := records(t, dir)
	if _, ok := got["argmax"]["f1"]; ok || len(got["sampled"]) == 0 {
		t.Errorf("records %v", got)
	}
	examples, err := evaluate.ReadExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	if examples[0].Selected != nil {
		t.Errorf("a classifier selects %v", examples[0].Selected)
	}
}

// classifier is the method that reads whole texts.
func classifier(t *testing.T) string {
	for _, m := range rationalizer.Methods() {
		if !m.Selects() {
			return m.Name
		}
	}
	t.Fatal("every method selects")
	return ""
}

func TestRefuses(t *testing.T) {
	p := stagetest.Small("RNP")
	in := trained(t, p, stagetest.Generated(t), stagetest.Dataset)
	for want, change := range map[string]func(*evaluate.Params, map[string]string){
		"batch must be positive": func(p *evaluate.Params, _ map[string]string) { p.Batch = 0 },
		"draws must not be":      func(p *evaluate.Params, _ map[string]string) { p.Draws = -1 },
	} {
		t.Run(want, func(t *testing.T) {
			p, inputs := params(t, stagetest.Dataset), maps.Clone(in)
			change(&p, inputs)
			err := evaluate.New(p, texts.Open).Run(context.Background(), stagetest.Env(t, inputs))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v; want %q in it", err, want)
			}
		})
	}
}

// TestThreadsChangeNothing: batches that go through the model side by side give the same
// files as one after the other.
func TestThreadsChangeNothing(t *testing.T) {
	in := trained(t, stagetest.Small("RNP+A2I"), stagetest.Generated(t), stagetest.Dataset)
	stage := evaluate.New(params(t, stagetest.Dataset), texts.Open)
	want := stagetest.Run(t, stage, in)
	for _, threads := range []int{2, 7} {
		env := stagetest.Env(t, in)
		env.Threads = threads
		if err := stage.Run(t.Context(), env); err != nil {
			t.Fatal(err)
		}
		stagetest.SameFiles(t, env.Out, want)
	}
}
