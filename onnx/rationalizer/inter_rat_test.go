package rationalizer

import (
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestClassPriors: 0.05 and 0.95 as the authors have them for beer; the default
// makes all classes alike, however many there are.
func TestClassPriors(t *testing.T) {
	for _, tc := range []struct {
		prior float64
		want  []float64
	}{
		{.95, []float64{.05, .95}},
		{.5, []float64{.5, .5}},
		{.5, []float64{1. / 3, 1. / 3, 1. / 3}},
		{.75, []float64{.2, .2, .6}},
	} {
		c := Config{Classes: len(tc.want), Constants: Values{classPrior: tc.prior}}
		g := graph.New("priors")
		like := g.Input("like", tensor.Float64, graph.N(1))
		r := Reading{Graph: g, Batch: &Batch{c: c}}
		g.Output("priors", g.Mul(r.priors(like), like))
		got := compile(t, g).run(values{"like": tensor.Vector([]float64{1})})["priors"].Float64s()
		compare(t, 0, "priors", got, tc.want, 1e-15)
	}
}

// TestContext: a state between two labels sees both by their priors; one that
// lies with a label sees that one, at its prior.
func TestContext(t *testing.T) {
	c := Config{Classes: 2, Constants: Values{classPrior: .95}}
	for _, tc := range []struct {
		state, want []float64
	}{
		{[]float64{0, 0}, []float64{.05 * .5, .95 * .5}},
		{[]float64{100, 0}, []float64{.05, 0}},
		{[]float64{0, 100}, []float64{0, .95}},
	} {
		g := graph.New("context")
		labels := g.Input("labels", tensor.Float64, graph.N(2), graph.N(2))
		r := Reading{Graph: g, Batch: &Batch{c: c}, Weights: nn.Weights{labelTable: labels}}
		g.Output("context", r.context(g.Input("h", tensor.Float64, graph.N(1), graph.N(2)), labels))
		h, _ := tensor.Of([]int64{1, 2}, tc.state)
		units, _ := tensor.Of([]int64{2, 2}, []float64{1, 0, 0, 1})
		out := compile(t, g).run(values{"h": h, "labels": units})
		compare(t, 0, "context", out["context"].Float64s(), tc.want, 1e-12)
	}
}

// TestInterRATSelectsNoPadding, not even where padding is read.
func TestInterRATSelectsNoPadding(t *testing.T) {
	c := small("Inter_RAT", tensor.Float64)
	c.Hyper.Padding = Paper
	g := mustStepGraph(t, c)
	b := batch(rand.New(rand.NewPCG(13, 13)), 6, 6, 2, 4)
	in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
	in["generator/noise"] = shifted(in["generator/noise"], 1000)
	out := compile(t, g.Graph).run(in)
	compare(t, 0, "share", out["sparsity"].Float64s(), []float64{1}, 1e-15)
	if n := sum(out["z"].Float64s()); n != 6+2+4 {
		t.Errorf("%v units are selected of 12", n)
	}
	said := compile(t, mustAnswer(t, c, Views{Sampled: true}, nil)).run(join(in, values{SelectNoise: in["generator/noise"]}))
	if n := sum(said[OutRationale].Float64s()); n != 6+2+4 {
		t.Errorf("in evaluation, %v units are selected of 12", n)
	}
}

// TestInterRATReadsTheMean: a text of one word twice is read as the word once is,
// by an encoder that reads each word by itself; nothing selected is read as zeros.
func TestInterRATReadsTheMean(t *testing.T) {
	c := small("Inter_RAT", tensor.Float64)
	c.Encoder, c.Hyper.Dropout = "bag", 0
	b := values{
		InputIDs:  grid(3, []int64{5, 0, 0, 5, 5, 0, 5, 5, 5}),
		InputMask: grid(3, []int64{1, 0, 0, 1, 1, 0, 1, 1, 1}),
		InputGold: grid(3, []int64{0, 0, 0, 1, 1, 0, 0, 1, 0}),
	}
	out := compile(t, mustAnswer(t, c, Views{FullText: true, Gold: true}, nil)).run(join(state(c, mustStepGraph(t, c)), b))
	full, gold := out[OutFullLogits].Float64s(), out[OutGoldLogits].Float64s()
	compare(t, 0, "two words", full[2:4], full[:2], 1e-12)
	compare(t, 0, "three words", full[4:], full[:2], 1e-12)
	compare(t, 0, "two selected", gold[2:4], full[:2], 1e-12)
	compare(t, 0, "one selected of three", gold[4:], full[:2], 1e-12)
	if worst, _ := distance(gold[:2], full[:2]); worst == 0 {
		t.Error("nothing selected is read as the word")
	}
}

// TestDroppedWordsAreDrawnInTraining, for both players and each reading of a step.
func TestDroppedWordsAreDrawnInTraining(t *testing.T) {
	g := mustStepGraph(t, small("Inter_RAT+A2I", tensor.Float32))
	want := map[string]string{
		"generator/embeddings":           "[T,B,5]",
		"predictor/embeddings":           "[T,2*B,5]", // the selection and the attacker's
		"predictor_attacker2/embeddings": "[T,B,5]",
	}
	for _, f := range g.Of(Random) {
		if shape, ok := want[f.Name]; ok && f.Noise.Law == nn.Keep {
			if got := f.Shape.String(); got != shape {
				t.Errorf("%s is %s, want %s", f.Name, got, shape)
			}
			delete(want, f.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no mask for %v", want)
	}
}
