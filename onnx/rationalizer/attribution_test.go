package rationalizer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func mustAttribution(t *testing.T, c Config) *graph.Graph {
	t.Helper()
	g, err := NewAttribution(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// attdef is the fixture of a model's attributions, and of what it answers when the
// words above a threshold are unknown.
type attdef struct {
	Mask, Logits, Attribution array
	Masked                    []struct {
		Threshold    float64
		X            [][]int64
		Mask, Logits array
	}
}

// TestAttributionAgreesWithPyTorch compares the attribution, which words it has
// masked, and what the model answers without them.
func TestAttributionAgreesWithPyTorch(t *testing.T) {
	for dtype, tolerance := range map[tensor.DType]float64{tensor.Float64: 1e-9, tensor.Float32: 1e-5} {
		var want attdef
		readJSON(t, "attdef.json", &want)
		f := readFixture(t, "attdef.json")
		f.Y, f.Hyper = make([]int64, len(f.X)), nil
		c := f.config(t, "RNP", dtype)
		r := newStepRun(t, f, c)
		in := join(f.texts(), r.state)
		out := compile(t, mustAttribution(t, c)).run(in)
		compare(t, 0, OutAttribution, out[OutAttribution].Float64s(), want.Attribution.Data, tolerance)
		compare(t, 0, OutLogits, out[OutLogits].Float64s(), want.Logits.Data, tolerance)
		compare(t, 0, OutRationale, out[OutRationale].Float64s(), want.Mask.Data, 0)

		answers := compile(t, mustAnswer(t, c, Views{}, nil))
		for _, m := range want.Masked {
			in[InputIDs] = f.masked(out[OutAttribution].Float64s(), m.Threshold)
			if got := tensor.Data[int64](in[InputIDs]); !slices.Equal(got, slices.Concat(m.X...)) {
				t.Errorf("threshold %v: words %v; want %v", m.Threshold, got, m.X)
			}
			answer := answers.run(in)
			compare(t, 0, "answer without them", answer[OutLogits].Float64s(), m.Logits.Data, tolerance)
			compare(t, 0, "rationale without them", answer[OutRationale].Float64s(), m.Mask.Data, 0)
		}
	}
}

// masked are the words of the fixture, unknown where the attribution is above a
// threshold.
func (f fixture) masked(attribution []float64, threshold float64) *tensor.Tensor {
	ids := slices.Concat(f.X...)
	for at := range ids {
		if attribution[at] > threshold {
			ids[at] = 0
		}
	}
	return grid(len(f.X[0]), ids)
}

// TestAttributionOfEveryMethod: the model is the one that answers; the largest word
// of each text has 1, and what nobody may select has 0.
func TestAttributionOfEveryMethod(t *testing.T) {
	const frame, lead = 7, 2
	for _, m := range Methods() {
		for _, unit := range []Unit{Word, Sentence} {
			t.Run(m.Name+" "+string(unit), func(t *testing.T) {
				c := small(m.Name, tensor.Float64)
				c.Unit, c.Query = unit, true
				if _, err := NewStep(c); err != nil {
					t.Skip(err)
				}
				b := queried(batch(rand.New(rand.NewPCG(8, 8)), frame, 7, 5), lead)
				spans := sentences{[][][2]int64{{{2, 4}, {4, 7}}, {{2, 5}}}}
				in := join(b, spans.columns(frame, 2), state(c, mustStepGraph(t, c)))
				got := compile(t, mustAttribution(t, c)).run(in)
				want := compile(t, mustAnswer(t, c, Views{}, nil)).run(in)
				compare(t, 0, OutLogits, got[OutLogits].Float64s(), want[OutLogits].Float64s(), 1e-12)
				checkAttribution(t, got[OutAttribution], in[InputSelectable])
			})
		}
	}
}

func checkAttribution(t *testing.T, attribution, selectable *tensor.Tensor) {
	t.Helper()
	width := int(attribution.Shape()[1])
	for text := range int(attribution.Shape()[0]) {
		largest := 0.
		for at := text * width; at < (text+1)*width; at++ {
			a := attribution.Float64s()[at]
			if tensor.Data[int64](selectable)[at] == 0 && a != 0 || a < 0 || math.IsNaN(a) {
				t.Errorf("text %d: attribution %v at %d", text, a, at%width)
			}
			largest = max(largest, a)
		}
		if largest != 1 {
			t.Errorf("text %d: the largest attribution is %v", text, largest)
		}
	}
}

// TestNothingLeans: a text of unknown words has no attribution, and no NaN.
func TestNothingLeans(t *testing.T) {
	c := small("RNP", tensor.Float32)
	in := join(batch(rand.New(rand.NewPCG(8, 8)), 3, 3, 3), state(c, mustStepGraph(t, c)))
	in[InputIDs] = grid(3, make([]int64, 6))
	for at, a := range compile(t, mustAttribution(t, c)).run(in)[OutAttribution].Float64s() {
		if a != 0 {
			t.Errorf("attribution %v at %d", a, at)
		}
	}
}
