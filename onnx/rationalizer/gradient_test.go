package rationalizer

import (
	"math"
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestPredictorGradients compares the predictor's gradients of whole steps
// with numeric ones. The hard masks do not depend on the predictor, so the
// loss is smooth in its parameters; in the generator's it is a staircase.
func TestPredictorGradients(t *testing.T) {
	for _, tc := range []struct{ method, flag string }{
		{"classifier", ""}, {"RNP", "no attack"}, {"RNP", "attack"}, {"RNP+A2I", ""}, {"RNP+A2I", "hinge"}, {"random patterns", ""},
		{"FR", "attack"}, {"DR", "no attack"}, {"DR", "attack"}, {"DR+A2I", ""},
		{"Inter_RAT", "no attack"}, {"Inter_RAT", "attack"}, {"Inter_RAT+A2I", ""},
		{"RNP+RAT", "rationale_loss"}, {"RNP+RAT", "no rationale_loss"},
	} {
		t.Run(tc.method+" "+tc.flag, func(t *testing.T) {
			checkPredictorGradients(t, with(small(tc.method, tensor.Float64), tc.flag))
		})
	}
}

// checkPredictorGradients compares those that no hard mask depends on.
func checkPredictorGradients(t *testing.T, c Config) {
	t.Helper()
	checkGradients(t, c, func(param string) bool { return !ofGenerator(param) })
}

// TestGradientsOfSmoothMethods compares all gradients of methods whose loss has no
// steps: A2R's selection is a constant to it, CR's is relaxed. What CR leaves out
// in turn is compared with a constant, which a difference would move.
func TestGradientsOfSmoothMethods(t *testing.T) {
	for _, tc := range []struct{ method, flag string }{
		{"A2R", "no attack"}, {"A2R", "attack"}, {"A2R+A2I", ""}, {"CR", "no attack"}, {"CR", "attack"}, {"CR+A2I", ""},
		{"VIB", "no rationale_loss"}, {"VIB", "rationale_loss"},
	} {
		t.Run(tc.method+" "+tc.flag, func(t *testing.T) {
			c := with(small(tc.method, tensor.Float64), tc.flag)
			checkGradients(t, c, func(string) bool { return true }, of(c, Values{counterfactualWeight: 0, rationaleWeight: 1.3}))
		})
	}
}

// checkGradients compares the model's loss's slopes in every parameter among some
// with numeric ones.
func checkGradients(t *testing.T, c Config, among func(param string) bool, more ...values) {
	t.Helper()
	checkGradientsOn(t, c, smallBatch(), among, more...)
}

// checkGradientsOn does so on a batch.
func checkGradientsOn(t *testing.T, c Config, b values, among func(param string) bool, more ...values) {
	t.Helper()
	g := mustStepGraph(t, c)
	p := compile(t, g.Graph)
	in := join(append([]values{state(c, g), numbers(c), b, draws(c, g, b, 1)}, more...)...)
	out, compared := p.run(in), 0
	for _, l := range g.Layouts {
		for _, param := range l.Params {
			if l.Carried || !inTeam(l, modelTeam) || !among(param.Name) {
				continue
			}
			got, want := slopes(p, in, out, l, param.Name)
			if e := math.Abs(got-want) / max(math.Abs(want), 1e-2); !(e <= 1e-6) {
				t.Errorf("slope of %s is %v, numerically %v: relative error %.1e", param.Name, got, want, e)
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("no parameter was compared")
	}
}

// slopes are the model's loss's derivatives along a random direction of one
// parameter: by the gradient, and by central differences of fourth order, so small
// that hardly any unit of a ReLU turns on or off between.
func slopes(p program, in, out values, l nn.Layout, name string) (got, want float64) {
	r := rand.New(rand.NewPCG(8, uint64(len(name))))
	flat := in[l.Name+ParamsPart].Float64s()
	direction := make([]float64, len(flat))
	along := part(l, direction, name)
	for i, d := range out["grad/"+l.Name+"."+name].Float64s() {
		along[i] = r.NormFloat64()
		got += along[i] * d
	}
	at := func(h float64) float64 {
		moved := append([]float64(nil), flat...)
		for i, d := range direction {
			moved[i] += h * d
		}
		return p.run(join(in, values{l.Name + ParamsPart: tensor.Vector(moved)}))[LossMeasure].Float64s()[0]
	}
	central := func(h float64) float64 { return (at(h) - at(-h)) / (2 * h) }
	return got, (4*central(5e-6) - central(1e-5)) / 3
}

// TestHinge has the worked numbers of the methods' description: the
// cross-entropy to the attacked class, at most log C.
func TestHinge(t *testing.T) {
	for _, tc := range []struct {
		logits [2]float64
		want   float64
	}{{[2]float64{2, -1}, .69315}, {[2]float64{-.3, .4}, .40319}} {
		if got := -evaluateHinge(t, tc.logits); math.Abs(got-tc.want) > 6e-6 {
			t.Errorf("hinge of %v is %v, want %v", tc.logits, got, tc.want)
		}
	}
}

func evaluateHinge(t *testing.T, logits [2]float64) float64 {
	t.Helper()
	g := graph.New("hinge")
	x, err := tensor.Of([]int64{1, 2}, logits[:])
	if err != nil {
		t.Fatal(err)
	}
	g.Output("hinge", hinge(g, g.Input("logits", tensor.Float64, graph.N(1), graph.N(2)), g.Input("attacked_class", tensor.Int64, graph.N(1)), 2))
	out := compile(t, g).run(values{"logits": x, "attacked_class": tensor.Vector([]int64{1})})
	return out["hinge"].Float64s()[0]
}
