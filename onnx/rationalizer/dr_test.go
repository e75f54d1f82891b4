package rationalizer

import (
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// TestAsymmetry: the predictor's rate is the share of what is selected, from 0.05
// on and without an upper bound; nothing selected leaves it as it is.
func TestAsymmetry(t *testing.T) {
	g := graph.New("asymmetry")
	g.Output("pace", asymmetry(g, g.Input("share", tensor.Float64, graph.N(1))))
	p := compile(t, g)
	for share, want := range map[float64]float64{0: 1, .001: .05, .05: .05, .3: .3, 1: 1, 1.75: 1.75} {
		out := p.run(values{"share": tensor.Vector([]float64{share})})
		compare(t, 0, "pace", out["pace"].Float64s(), []float64{want}, 1e-15)
	}
}

// TestPredictorLearnsAtItsOwnRate: a first step of Adam is as long as its rate, so
// that the predictor's parameters move by its share of the generator's rate.
func TestPredictorLearnsAtItsOwnRate(t *testing.T) {
	for _, method := range []string{"DR", "DR+A2I"} {
		c := small(method, tensor.Float64)
		b := batch(rand.New(rand.NewPCG(12, 12)), 6, 6, 5, 4)
		g := mustStepGraph(t, c)
		start := state(c, g)
		out := compile(t, g.Graph).run(join(start, numbers(c), b, draws(c, g, b, 1)))
		pace := out["predictor_rate"].Float64s()[0]
		if pace <= .05 || pace >= 1 {
			t.Fatalf("the share is %v; the test wants one between its bounds", pace)
		}
		for layout, want := range map[string]float64{"model": 1e-2, "model/predictor": 1e-2 * pace} {
			longest, _ := distance(out[layout+ParamsPart+NextSuffix].Float64s(), start[layout+ParamsPart].Float64s())
			compare(t, 0, method+": step of "+layout, []float64{longest}, []float64{want}, 1e-4)
		}
	}
}
