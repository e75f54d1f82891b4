package rationalizer

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// A2I, appendix C.2, in a graph of ours: where may f = f_p(r₊), the predictor's
// confidence that a positive rationale is positive, come to rest when the
// generator finds it in a share P1 of positive texts, and the attacker in a share
// P2 of negative ones? f = σ(θ) takes steps down the slope of (19),
//
//	L = −P1·log f − P2·½(log f + log(1−f)).
func descent(t *testing.T) program {
	t.Helper()
	g, one := graph.New("descent"), graph.N(1)
	in := func(name string) *graph.Value { return g.Input(name, tensor.Float64, one) }
	theta := in("theta")
	half := g.Mul(g.Unsqueeze(theta, 1), g.Like(theta, .5))
	logits := g.Concat(1, g.Neg(half), half) // of negative and of positive: a margin of θ
	loss := g.Add(
		g.Mul(in("p1"), nn.CrossEntropy(g, logits, g.Ints(1))),
		g.Mul(in("p2"), nn.UniformCrossEntropy(g, logits)))
	slopes, err := grad.Of(g, loss, []*graph.Value{theta})
	if err != nil {
		t.Fatal(err)
	}
	next := nn.Optimizer{Rule: nn.SGDRule}.Update(g, nn.State{Params: theta, Completed: g.Ints(0)}, slopes[0], in("rate"))
	g.Output("slope", slopes[0])
	g.Output("theta.next", next.Params)
	return compile(t, g)
}

// converge gives f after so many steps from f = ½, and the first step's slope.
func converge(p program, p1, p2 float64, steps int) (f, slope float64) {
	number := func(x float64) *tensor.Tensor { return tensor.Vector([]float64{x}) }
	in := values{"p1": number(p1), "p2": number(p2), "rate": number(2), "theta": number(0)}
	for i := range steps {
		out := p.run(in)
		if in["theta"] = out["theta.next"]; i == 0 {
			slope = out["slope"].Float64s()[0]
		}
	}
	return 1 / (1 + math.Exp(-in["theta"].Float64s()[0])), slope
}

// TestWhereInstructionConverges: at f = 1 − P2/(2P1 + 2P2), which is ¾ in the
// worst case that the paper allows, P1 = P2, and 1 without an attacker.
func TestWhereInstructionConverges(t *testing.T) {
	p := descent(t)
	for _, tc := range []struct {
		p1, p2, want, tolerance float64
		steps                   int
	}{
		{1, 1, .75, 1e-9, 200},
		{.4, .4, .75, 1e-9, 400},
		{.9, .3, .875, 1e-9, 400},
		{.2, .8, .6, 1e-9, 400}, // more often in negative texts: below ¾, and still positive
		{1, 0, 1, 1e-3, 1000},   // ever more slowly
	} {
		got, slope := converge(p, tc.p1, tc.p2, tc.steps)
		if math.Abs(got-tc.want) > tc.tolerance {
			t.Errorf("P1 = %v, P2 = %v: f_p(r₊) = %v, want %v", tc.p1, tc.p2, got, tc.want)
		}
		if slope >= 0 {
			t.Errorf("P1 = %v, P2 = %v: the slope at ½ is %v, not downwards", tc.p1, tc.p2, slope)
		}
	}
}

// TestInstructionLeavesTheRationaleConfident: whenever r₊ is not rarer in positive
// texts than in negative ones (assumption 4.1), f_p(r₊) ≥ ¾ at rest.
func TestInstructionLeavesTheRationaleConfident(t *testing.T) {
	p := descent(t)
	rapid.Check(t, func(t *rapid.T) {
		p2 := rapid.Float64Range(.05, 1).Draw(t, "P2")
		p1 := rapid.Float64Range(p2, 1).Draw(t, "P1")
		f, _ := converge(p, p1, p2, 600)
		if want := 1 - p2/(2*p1+2*p2); f < .75-1e-6 || math.Abs(f-want) > 1e-5 {
			t.Fatalf("f_p(r₊) = %v, want %v", f, want)
		}
	})
}
