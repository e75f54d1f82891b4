package rationalizer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// tinyBERT is one that reads the small models' words.
func tinyBERT() *BERTHyper {
	return &BERTHyper{
		BERT: nn.BERT{
			Vocabulary: smallWords, Width: smallWidth, Layers: 1, Heads: smallWidth, Inner: 3, Activation: "gelu_new",
			Positions: 20, Types: 2, Epsilon: 1e-12, Deviation: .5, Dropout: .1, AttentionDropout: .2,
		},
		Pace: .1,
	}
}

// onBERT is a small model of a method with BERT encoders.
func onBERT(method string, dtype tensor.DType) Config {
	c := small(method, dtype)
	c.Encoder, c.BERT, c.Marks = "bert", tinyBERT(), true
	return c
}

// marked is a batch whose texts have a mark at either end.
func marked(b values) values {
	mask := b[InputMask]
	frame := int(mask.Shape()[1])
	selectable := slices.Clone(tensor.Data[int64](mask))
	for row := range slices.Chunk(selectable, frame) {
		last := 0
		for i, m := range row {
			if m == 1 {
				last = i
			}
		}
		row[0], row[last] = 0, 0
	}
	return join(b, values{InputSelectable: grid(frame, selectable)})
}

// learnt tells of a BERT's parameter whether something moves it.
func learnt(param string) bool { return !strings.Contains(param, "_embeddings") }

// TestGradientsOnBERT compares the predictor's gradients with numeric ones: through
// embeddings of which some are not shown, and dropout in every place.
func TestGradientsOnBERT(t *testing.T) {
	for _, method := range []string{"RNP", "FR", "DR+A2I", "classifier"} {
		t.Run(method, func(t *testing.T) {
			c := onBERT(method, tensor.Float64)
			checkGradientsOn(t, c, marked(smallBatch()), func(param string) bool { return !ofGenerator(param) && learnt(param) })
		})
	}
}

// TestPredictorOnBERTReadsPositions: the predictor sees where a word that is shown
// stands, nothing of a word that is not, and that one is there.
func TestPredictorOnBERTReadsPositions(t *testing.T) {
	c := onBERT("classifier", tensor.Float32)
	p := compile(t, mustAnswer(t, c, Views{Given: true}, nil))
	in := state(c, mustStepGraph(t, c))
	logits := func(ids, mask, given string) *tensor.Tensor {
		row := func(s string) *tensor.Tensor {
			var out []int64
			for _, d := range s {
				out = append(out, int64(d-'0'))
			}
			return grid(len(out), out)
		}
		b := marked(values{InputIDs: row(ids), InputMask: row(mask), InputGiven: row(given)})
		return p.run(join(in, b))[OutGivenLogits]
	}
	one := logits("123456", "111111", "001000")
	same(t, "logits with another hidden word", logits("123656", "111111", "001000"), one)
	same(t, "logits with another word behind the end", logits("12346", "11110", "00100"), logits("12347", "11110", "00100"))
	differs(t, "logits with the word elsewhere", logits("124356", "111111", "000100"), one)
	differs(t, "logits of a shorter text", logits("12356", "11111", "00100"), one)
	differs(t, "logits with another mark", logits("123457", "111111", "001000"), one)
}

// TestMarksAreShownAndNeverCounted: whatever the noise says, marks are not in z, and
// the share of what is selected is one of the words alone.
func TestMarksAreShownAndNeverCounted(t *testing.T) {
	for _, padding := range []Padding{Trim, Paper} {
		c := onBERT("RNP+A2I", tensor.Float64)
		c.Hyper.Padding = padding
		g := mustStepGraph(t, c)
		b := marked(smallBatch()) // texts of 6, 2 and 4 pieces
		in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
		in["generator/noise"] = shifted(in["generator/noise"], 1000)
		out := compile(t, g.Graph).run(in)
		want := float64(4 + 0 + 2)
		if padding == Paper {
			want += 0 + 4 + 2 // padding
		}
		if z := sum(out["z"].Float64s()); z != want {
			t.Errorf("%s: %v are selected, want %v", padding, z, want)
		}
		compare(t, 0, "share", out["sparsity"].Float64s(), []float64{want / (6 + 2 + 4 - 2*3)}, 1e-12)
	}
}

// TestTrimIgnoresPaddingOnBERT: positions behind all texts change no number. The
// gradients say so of the new parameters, in which Adam makes as much of a rounding
// error as of a slope.
func TestTrimIgnoresPaddingOnBERT(t *testing.T) {
	c := onBERT("RNP+A2I", tensor.Float64)
	c.Hyper.Dropout, c.BERT.Dropout, c.BERT.AttentionDropout = 0, 0, 0
	g := mustStepGraph(t, c)
	p, fixed := compile(t, g.Graph), join(state(c, g), withoutCoherence(c))
	short := smallBatch()
	long := padded(short, 3, 5)
	want := p.run(join(fixed, marked(short), draws(c, g, short, 1)))
	got := p.run(join(fixed, marked(long), draws(c, g, long, 1)))
	for _, l := range g.Layouts {
		delete(want, l.Name+ParamsPart+NextSuffix)
	}
	if err := samePrefix(got, want, 9); err != nil {
		t.Error(err)
	}
}

// TestPace: Adam's first change of a parameter is the rate. Layers learn at a share
// of it, in DR of the predictor's own; tables and frozen layers stay.
func TestPace(t *testing.T) {
	c := onBERT("DR", tensor.Float64)
	c.BERT.Layers, c.BERT.FrozenLayers = 2, 1
	c.Flags = map[string]bool{"attack": false}
	out := once(t, c, marked(smallBatch()))
	g := mustStepGraph(t, c)
	start := state(c, g)
	predictor := out["predictor_rate"].Float64s()[0]
	want := map[string]float64{
		"model": 1, "model/layers": .1, "model/predictor": predictor, "model/predictor/layers": .1 * predictor, "model/fixed": 0,
	}
	if len(g.Layouts) != len(want) {
		t.Errorf("%d layouts, want %d", len(g.Layouts), len(want))
	}
	for _, l := range g.Layouts {
		name := l.Name + ParamsPart
		before, after, most := start[name].Float64s(), out[name+NextSuffix].Float64s(), 0.
		for i := range before {
			most = max(most, math.Abs(after[i]-before[i]))
		}
		if rate := 1e-2 * want[l.Name]; math.Abs(most-rate) > 1e-4*rate {
			t.Errorf("%s changes by up to %v, want %v", l.Name, most, rate)
		}
	}
}

// TestPartsOfQueriedTexts: the query with its marks is part 0, the rest part 1.
func TestPartsOfQueriedTexts(t *testing.T) {
	c := onBERT("RNP", tensor.Float32)
	c.Query = true
	g := graph.New("parts")
	a := &answer{g: g, c: c}
	x := c.batch(g, a)
	twice, _ := x.repeat(g, []View{{Purpose: "one"}, {Purpose: "two"}})
	g.Output("once", x.parts(g))
	g.Output("twice", twice.parts(g))
	b := queried(batch(rand.New(rand.NewPCG(9, 9)), 6, 6, 4), 3)
	out := compile(t, g).run(b)
	want := []int64{0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0}
	if got := tensor.Data[int64](out["once"]); !slices.Equal(got, want) {
		t.Errorf("parts %v, want %v", got, want)
	}
	if got := tensor.Data[int64](out["twice"])[12:16]; !slices.Equal(got, []int64{1, 1, 1, 1}) {
		t.Errorf("parts of a repeated batch at position 3: %v", got)
	}
	differs(t, "logits", logitsOf(t, c, b), logitsOf(t, onBERT("RNP", tensor.Float32), b))
}

// logitsOf are those of the full texts.
func logitsOf(t *testing.T, c Config, b values) *tensor.Tensor {
	t.Helper()
	in := state(c, mustStepGraph(t, c))
	return compile(t, mustAnswer(t, c, Views{FullText: true}, nil)).run(join(in, b))[OutFullLogits]
}

// TestStepsOnBERTInOneRun give the same as one after another: what is fixed goes
// through the loop.
func TestStepsOnBERTInOneRun(t *testing.T) {
	c := onBERT("RNP", tensor.Float32)
	c.Inspect = false
	g, b := mustStepGraph(t, c), marked(smallBatch())
	p, in := compile(t, g.Graph), join(numbers(c), b, draws(c, g, b, 1))
	start := state(c, g)
	one := p.run(join(start, in))
	two := p.run(join(following(start, one), in))
	c.StepsPerRun = 2
	both := compile(t, mustStepGraph(t, c).Graph).run(join(start, stack(t, []values{in, in})))
	for _, name := range StateNames(g.Layouts) {
		same(t, name, both[name+NextSuffix], two[name+NextSuffix])
	}
}

// TestRecomputeOnBERT: what is computed again changes no number of a step, also where
// some layers are frozen or the tables learn, or several steps are one run. The gradients
// say so of the new parameters, as in TestTrimIgnoresPaddingOnBERT.
func TestRecomputeOnBERT(t *testing.T) {
	for method, steps := range map[string]int{"RNP": 2, "FR+A2I": 1} {
		c := onBERT(method, tensor.Float64)
		c.StepsPerRun, c.BERT.Layers = steps, 3
		if c.BERT.TrainTables = method == "RNP"; !c.BERT.TrainTables {
			c.BERT.FrozenLayers = 1
		}
		want := measuresOf(t, c)
		for _, c.BERT.Recompute = range []nn.Recompute{nn.RecomputeAttention, nn.RecomputeLayers} {
			for name, got := range measuresOf(t, c) {
				compare(t, 0, fmt.Sprintf("%s with %s computed again: %s", method, c.BERT.Recompute, name), got.Float64s(), want[name].Float64s(), 1e-9)
			}
		}
	}
}

// measuresOf is what comes of one run on a small batch, without the next parameters.
func measuresOf(t *testing.T, c Config) values {
	t.Helper()
	g, b := mustStepGraph(t, c), marked(smallBatch())
	in := join(numbers(c), b, draws(c, g, b, 1))
	if c.StepsPerRun > 1 {
		in = stack(t, slices.Repeat([]values{in}, c.StepsPerRun))
	}
	out := compile(t, g.Graph).run(join(state(c, g), in))
	for _, name := range StateNames(g.Layouts) {
		delete(out, name+NextSuffix)
	}
	return out
}

func TestBERTRefuses(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"have no such marks":           func(c *Config) { c.Marks = false },
		"none is given":                func(c *Config) { c.BERT = nil },
		"num_hidden_layers is 0":       func(c *Config) { c.BERT.Layers = 0 },
		"of 10 numbers and the data":   func(c *Config) { c.BERT.Width = 10 },
		"frozen_layers = 2":            func(c *Config) { c.BERT.FrozenLayers = 2 },
		"encoder_pace = 0":             func(c *Config) { c.BERT.Pace = 0 },
		`recompute = "all"; expected`:  func(c *Config) { c.BERT.Recompute = "all" },
		"frozen_layers = 1 and train_": func(c *Config) { c.BERT.FrozenLayers, c.BERT.TrainTables = 1, true },
	} {
		c := onBERT("RNP", tensor.Float32)
		change(&c)
		if _, err := NewStep(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
