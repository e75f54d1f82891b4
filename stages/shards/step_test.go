package shards_test

import (
	"context"
	"errors"
	"fmt"
	"math"
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
