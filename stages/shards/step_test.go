package shards_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
	"rationale/stages/shards"
)

type values = map[string]*tensor.Tensor

// TestShardsAreOneGraph: with every method of the registry several steps in shards give
// the state and the measures of the step in one graph.
func TestShardsAreOneGraph(t *testing.T) {
	for _, m := range rationalizer.Methods() {
		t.Run(m.Name, func(t *testing.T) { agree(t, small(m.Name, tensor.Float64), 1e-9, 3) })
		t.Run(m.Name+"/float32", func(t *testing.T) { agree(t, small(m.Name, tensor.Float32), 1e-5, 2) })
	}
}

// TestFormsInShards: the same in every form that decides on what a step adds up.
func TestFormsInShards(t *testing.T) {
	forms := map[string]func(c *rationalizer.Config){
		"paper": func(c *rationalizer.Config) { c.Hyper.Padding, c.Hyper.Dropout = rationalizer.Paper, 0 },
		"options": func(c *rationalizer.Config) {
			c.Hyper.ClipNorm, c.Hyper.WeightDecay = 1, .01
			c.Flags = map[string]bool{"hinge": true, "reuse": true, "predictor_norm": true, "first_unit": true}
		},
		"query":     func(c *rationalizer.Config) { c.Query = true },
		"sentences": func(c *rationalizer.Config) { c.Unit = rationalizer.Sentence },
		"probe":     func(c *rationalizer.Config) { c.Probe = true },
	}
	for _, method := range []string{"RNP+A2I", "Inter_RAT+A2I", "CR", "NIR", "VIB"} {
		for form, change := range forms {
			t.Run(method+"/"+form, func(t *testing.T) {
				c := small(method, tensor.Float64)
				change(&c)
				agree(t, c, 1e-9, 3)
			})
		}
	}
}

// TestBERTInShards: the same with BERT in the GRU's place, in float64. In float32 some
// parameters need not agree: a bias of keys adds the same to all scores that an attention
// chooses by, as a bias ahead of a batch norm does to all nodes. Either has no effect and
// a gradient of rounding errors alone, of which Adam makes steps of full length.
func TestBERTInShards(t *testing.T) {
	for _, m := range rationalizer.Methods() {
		t.Run(m.Name, func(t *testing.T) { agree(t, onBERT(m.Name), 1e-9, 3) })
	}
	for _, again := range []nn.Recompute{nn.RecomputeAttention, nn.RecomputeLayers} {
		t.Run("recompute="+string(again), func(t *testing.T) {
			c := onBERT("RNP+A2I")
			c.BERT.Recompute = again
			agree(t, c, 1e-9, 3)
		})
	}
}

// TestGraphsInShards: the same with graphs, whose batch norms are of the whole batch, in
// every form of the encoder.
func TestGraphsInShards(t *testing.T) {
	for _, m := range rationalizer.Methods() {
		for _, form := range []rationalizer.GraphHyper{
			{},
			{Mask: rationalizer.FeaturesOnly, Readout: rationalizer.MaxSum},
			{Readout: rationalizer.SumOfNodes, NoBatchNorm: true},
			{Readout: rationalizer.MaxOfNodes, Normalised: true},
		} {
			t.Run(fmt.Sprintf("%s/%+v", m.Name, form), func(t *testing.T) {
				c := small(m.Name, tensor.Float64)
				c.Encoder, c.Graph = rationalizer.GraphEncoder, form
				agree(t, c, 1e-9, 3)
			})
		}
	}
}

// onBERT is a tiny model of a method with BERT encoders.
func onBERT(method string) rationalizer.Config {
	c := small(method, tensor.Float64)
	c.Encoder, c.Marks = "bert", true
	c.BERT = &rationalizer.BERTHyper{
		BERT: nn.BERT{
			Vocabulary: words, Width: width, Layers: 1, Heads: width, Inner: 3, Activation: "gelu_new",
			Positions: 20, Types: 2, Epsilon: 1e-12, Deviation: .5, Dropout: .1, AttentionDropout: .2,
		},
		Pace: .1,
	}
	return c
}

// agree takes steps in one graph and in n shards.
func agree(t *testing.T, c rationalizer.Config, tolerance float64, n int) {
	g := stepGraph(t, c)
	whole, parts := oneGraph(t, g), inShards(t, g, n)
	for step := range uint64(len(sizes)) {
		batch := randomBatch(c, g, step)
		want, got := mustStep(t, whole, batch), mustStep(t, parts, batch)
		for name := range want {
			near(t, fmt.Sprintf("step %d: %s", step, name), got[name], want[name], tolerance)
		}
		if len(got) != len(want) {
			t.Errorf("%d results, want %d", len(got), len(want))
		}
	}
	want, got := whole.State(), parts.State()
	for name := range want {
		near(t, name, got[name], want[name], tolerance)
	}
}

// TestWhatIsNoBatch: a step that cannot be taken says why, and leaves the state.
func TestWhatIsNoBatch(t *testing.T) {
	c := small("classifier", tensor.Float64)
	g := stepGraph(t, c)
	s := inShards(t, g, 2)
	empty, missing := values{}, randomBatch(c, g, 0)
	for name, x := range missing {
		empty[name] = x
		for _, v := range g.Inputs() {
			if v.Name() == name && slices.Contains(v.Shape, graph.Sym("B")) {
				shape := v.Shape.At(map[string]int64{"T": 7})
				empty[name], _ = tensor.New(x.DType(), shape...)
			}
		}
	}
	delete(missing, rationalizer.InputMask)
	for want, batch := range map[string]values{"the batch has no examples": empty, rationalizer.InputMask: missing} {
		if _, err := s.Step(context.Background(), batch); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Step(cancelled, randomBatch(c, g, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for name, want := range first(g) {
		near(t, name, s.State()[name], want, 0)
	}
	if err := s.SetState(values{}); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("no state: %v", err)
	}
}

type stepper interface {
	Step(context.Context, values) (values, error)
	State() values
	SetState(values) error
}

func mustStep(t testing.TB, s stepper, batch values) values {
	t.Helper()
	out, err := s.Step(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func stepGraph(t testing.TB, c rationalizer.Config) *rationalizer.StepGraph {
	t.Helper()
	g, err := rationalizer.NewStep(c)
	if err != nil {
		t.Skip(err)
	}
	return g
}

// read is the graph as it comes out of a file.
func read(t testing.TB, g *graph.Graph) *graph.Graph {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	again, err := graph.Read(model)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func first(g *rationalizer.StepGraph) values {
	_, state := rationalizer.FreshState(g.Layouts, rationalizer.InitialParams(g.Layouts, 1))
	for _, v := range g.Inputs() {
		if x := state[v.Name()]; x != nil && x.DType() != v.DType {
			state[v.Name()], _ = tensor.FromFloat64(v.DType, x.Shape(), x.Float64s())
		}
	}
	return state
}

func oneGraph(t testing.TB, g *rationalizer.StepGraph) *runtime.Stepper {
	t.Helper()
	return onThreads(t, g, 1)
}

func onThreads(t testing.TB, g *rationalizer.StepGraph, threads int) *runtime.Stepper {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	pairs, _ := rationalizer.FreshState(g.Layouts, rationalizer.InitialParams(g.Layouts, 1))
	s, err := runtime.NewStepper(runtimetest.NewSession(t, "step", model, runtime.WithThreads(threads)), pairs, first(g))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inShards(t testing.TB, g *rationalizer.StepGraph, n int) *shards.Stepper {
	t.Helper()
	pairs, _ := rationalizer.FreshState(g.Layouts, rationalizer.InitialParams(g.Layouts, 1))
	s, err := shards.Open(runtimetest.Open(t), read(t, g.Graph), g.Spec, n, pairs, first(g))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(t *testing.T, what string, got, want *tensor.Tensor, tolerance float64) {
	t.Helper()
	if got == nil || fmt.Sprint(got.DType(), got.Shape()) != fmt.Sprint(want.DType(), want.Shape()) {
		t.Errorf("%s is %v, want %v", what, got, want)
		return
	}
	worst, largest := 0., 0.
	x, y := got.Float64s(), want.Float64s()
	for i := range y {
		worst, largest = math.Max(worst, math.Abs(x[i]-y[i])), math.Max(largest, math.Abs(y[i]))
	}
	if !(worst <= tolerance*largest) {
		t.Errorf("%s is off by %.3g, largest value %.3g", what, worst, largest)
	}
}

const words, width = 12, 5

// small is a tiny model of a method.
func small(method string, dtype tensor.DType) rationalizer.Config {
	r := rand.New(rand.NewPCG(100, 0))
	data := make([]float64, words*width)
	for i := width; i < len(data); i++ {
		data[i] = r.NormFloat64()
	}
	vectors, err := tensor.FromFloat64(dtype, []int64{words, width}, data)
	if err != nil {
		panic(err) // the test's own mistake
	}
	h := rationalizer.Defaults()
	h.Hidden = 4
	return rationalizer.Config{Method: method, Classes: 2, Vectors: vectors, Hyper: h, StepsPerRun: 1}
}

// sizes are the lengths of the batches' texts: in one, fewer texts than shards.
var sizes = [][]int{{7, 2, 5, 3, 6, 1, 7}, {4, 4, 1, 3, 2}, {3, 6}}

// randomBatch is a batch of random texts for a step.
func randomBatch(c rationalizer.Config, g *rationalizer.StepGraph, step uint64) values {
	size := rationalizer.Size{Examples: len(sizes[step]), Positions: 7, Sentences: 4}
	out := fill(g, sizes[step], size, c.Vectors.DType(), step, rand.New(rand.NewPCG(step, 9)))
	for _, l := range g.Frozen {
		out[l.Name+rationalizer.ParamsPart] = as(c.Vectors.DType(), tensor.Vector(l.Initial(1)))
	}
	return out
}

// fill makes all feeds of a step for texts of these lengths.
func fill(g *rationalizer.StepGraph, lengths []int, size rationalizer.Size, dtype tensor.DType, step uint64, r *rand.Rand) values {
	out := values{}
	for _, f := range g.Feeds {
		switch f.Kind {
		case rationalizer.Column, rationalizer.OtherClass, rationalizer.Replaced:
			out[f.Name] = column(f, lengths, size, r)
		case rationalizer.Scalar:
			out[f.Name] = as(dtype, tensor.Vector([]float32{scalars[f.Name]}))
		case rationalizer.Random:
			x := f.Tensor(size)
			f.Noise.Draw(x, 1, step)
			out[f.Name] = as(dtype, x)
		}
	}
	return out
}

var scalars = map[string]float32{
	rationalizer.LearningRate: 1e-2, "sparsity": .3, "class_weight": .9, "lambda_sparsity": 1, "lambda_coherence": .5,
	"instruction": 1, "attack_sparsity": 1, "attack_coherence": .5, "noise": .2, "prior_weight": 1, "counterfactual_weight": .5,
	"counterfactual_share": .4, "rationale_weight": 1, "poison_weight": 2, "patterns_coherence": .5,
}

// column is a column of the batch: sentences are of two words.
func column(f rationalizer.Feed, lengths []int, size rationalizer.Size, r *rand.Rand) *tensor.Tensor {
	if f.Name == rationalizer.InputAdjacency {
		return adjacency(lengths, size.Positions, r)
	}
	x, _ := tensor.New(tensor.Int64, int64(len(lengths)))
	if len(f.Shape) == 2 {
		n := size.Positions
		if f.Shape[1] == graph.Sym("S") {
			n = size.Sentences
		}
		x, _ = tensor.New(tensor.Int64, int64(len(lengths)), int64(n))
	}
	data := tensor.Data[int64](x)
	n := len(data) / len(lengths)
	for i, length := range lengths {
		for k := range n {
			data[i*n+k] = cell(f.Name, i, k, length, r)
		}
	}
	return x
}

// adjacency [B,T,T] is of random graphs of so many nodes.
func adjacency(nodes []int, frame int, r *rand.Rand) *tensor.Tensor {
	n := int64(frame)
	x, _ := tensor.New(tensor.Int64, int64(len(nodes)), n, n)
	data := tensor.Data[int64](x)
	for i, count := range nodes {
		at := data[i*frame*frame:]
		for u := range count {
			for v := range u {
				edge := r.Int64N(2)
				at[u*frame+v], at[v*frame+u] = edge, edge
			}
		}
	}
	return x
}

// cell is what a column says of place k, a position or a sentence, of text i.
func cell(name string, i, k, length int, r *rand.Rand) int64 {
	within := int64(0)
	if k < length {
		within = 1
	}
	switch name {
	case rationalizer.InputIDs, "replaced_ids":
		return within * (1 + r.Int64N(words-1))
	case rationalizer.InputMask:
		return within
	case rationalizer.InputSelectable:
		if k == 0 {
			return 0
		}
		return within
	case rationalizer.InputGold:
		return within * int64(k%2)
	case rationalizer.InputSentence:
		return within * int64(k/2)
	case rationalizer.InputSentenceMask:
		if 2*k < length {
			return 1
		}
		return 0
	case rationalizer.InputSentenceFirst:
		return int64(min(2*k, length-1))
	case rationalizer.InputSentenceLast:
		return int64(min(2*k+1, length-1))
	case rationalizer.InputPoisoned:
		return int64(i % 2)
	}
	return r.Int64N(2) // labels
}

func as(dtype tensor.DType, x *tensor.Tensor) *tensor.Tensor {
	if !x.DType().IsFloat() {
		return x
	}
	out, err := tensor.FromFloat64(dtype, x.Shape(), x.Float64s())
	if err != nil {
		panic(err)
	}
	return out
}
