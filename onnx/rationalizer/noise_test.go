package rationalizer

import (
	"math/rand/v2"
	"testing"

	"rationale/onnx/tensor"
)

// TestNoiseInGraph: a step that makes its noise from keys gives the bits of a
// step that was handed the numbers drawn in Go, also within a run of several.
func TestNoiseInGraph(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "random patterns", "classifier", "Inter_RAT+A2I", "CR", "NIR+A2I"} {
		t.Run(method, func(t *testing.T) {
			c := small(method, tensor.Float32)
			for _, c.StepsPerRun = range []int{1, 3} {
				drawn, keyed := noiseRuns(t, c)
				for name, want := range drawn {
					same(t, name, keyed[name], want)
				}
			}
		})
	}
}

// TestNoiseInGraphOfDoubles: a graph in float64 makes the same float32 noise.
func TestNoiseInGraphOfDoubles(t *testing.T) {
	drawn, keyed := noiseRuns(t, small("RNP", tensor.Float64))
	for name, want := range drawn {
		same(t, name, keyed[name], want)
	}
}

// noiseRuns runs a configuration on drawn noise and on keys.
func noiseRuns(t *testing.T, c Config) (drawn, keyed values) {
	t.Helper()
	g := mustStepGraph(t, c)
	c.NoiseInGraph = true
	inGraph := mustStepGraph(t, c)
	var drawings, keys []values
	for i := range uint64(c.StepsPerRun) {
		b := join(batch(rand.New(rand.NewPCG(5, i)), 6, 6, 2, 4), numbers(c))
		drawings = append(drawings, join(b, draws(c, g, b, i)))
		keys = append(keys, join(b, draws(c, inGraph, b, i), values{InputNoiseKeys: inGraph.NoiseKeys(1, i)}))
	}
	start := state(c, g)
	return compile(t, g.Graph).run(join(start, runOf(t, drawings))), compile(t, inGraph.Graph).run(join(start, runOf(t, keys)))
}

// runOf is the inputs of one or several steps.
func runOf(t *testing.T, steps []values) values {
	if len(steps) == 1 {
		return steps[0]
	}
	return stack(t, steps)
}

// TestNoiseInGraphHasNoOtherInput: keys are all that enters of the noise, and
// not even they where there is none; the noises are listed all the same.
func TestNoiseInGraphHasNoOtherInput(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	drawn := mustStepGraph(t, c)
	c.NoiseInGraph = true
	g := mustStepGraph(t, c)
	inputs := map[string]bool{}
	for _, v := range g.Inputs() {
		inputs[v.Name()] = true
	}
	if !inputs[InputNoiseKeys] || !g.Spec.NoiseInGraph || drawn.Spec.NoiseInGraph {
		t.Errorf("the keys are no input: %v", inputs)
	}
	if len(g.Of(Random)) != len(drawn.Of(Random)) || len(g.Of(Random)) == 0 {
		t.Errorf("%d random inputs are listed, drawn %d", len(g.Of(Random)), len(drawn.Of(Random)))
	}
	for i, f := range g.Of(Random) {
		if want := drawn.Of(Random)[i]; inputs[f.Name] || f.Noise != want.Noise {
			t.Errorf("%s is an input too, or another than %s", f.Name, want.Name)
		}
	}

	c = small("classifier", tensor.Float32)
	c.NoiseInGraph, c.Hyper.Dropout = true, 0
	for _, v := range mustStepGraph(t, c).Inputs() {
		if v.Name() == InputNoiseKeys {
			t.Error("keys of no noise are an input")
		}
	}
}
