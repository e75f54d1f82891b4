package rationalizer

import (
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func mustAnswer(t *testing.T, c Config, v Views, params map[string][]float32) *graph.Graph {
	t.Helper()
	g, err := NewAnswer(c, v, params)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// textMajor turns a training graph's [T,B] into an evaluation graph's [B,T].
func textMajor(x *tensor.Tensor) []float64 {
	steps, texts := int(x.Shape()[0]), int(x.Shape()[1])
	out := make([]float64, 0, x.Len())
	for b := range texts {
		for t := range steps {
			out = append(out, x.Float64s()[t*texts+b])
		}
	}
	return out
}

// TestAnswerAgreesWithTraining: without dropout, evaluation with training's
// noise selects the same words and gives the same logits.
func TestAnswerAgreesWithTraining(t *testing.T) {
	for _, padding := range []Padding{Trim, Paper} {
		for _, method := range []string{"RNP", "RNP+A2I", "random patterns", "classifier", "DR", "Inter_RAT", "Inter_RAT+A2I", "A2R+A2I"} {
			t.Run(string(padding)+"/"+method, func(t *testing.T) {
				c := small(method, tensor.Float64)
				c.Hyper.Padding, c.Hyper.Dropout = padding, 0
				c = with(c, "no attack")
				g := mustStepGraph(t, c)
				b := batch(rand.New(rand.NewPCG(5, 5)), 7, 7, 2, 4)
				in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
				trained := compile(t, g.Graph).run(in)
				in[SelectNoise], in[AttackNoise] = in["generator/noise"], in["attacker1/noise"]
				said := compile(t, mustAnswer(t, c, Views{Sampled: true, Attack: true, Reader: true}, nil)).run(in)
				for name, training := range map[string]string{
					OutRationale: "z", OutLogits: "logits", OutReaderLogits: "r2f_logits",
					OutAttack: "z_attack1", OutAttackLogits: "logits_attack1",
				} {
					want, ok := trained[training]
					if !ok {
						continue // another method's
					}
					data := want.Float64s()
					if strings.HasPrefix(training, "z") {
						data = textMajor(want)
					}
					compare(t, 0, name, said[name].Float64s(), data, 1e-12)
				}
			})
		}
	}
}

// answering is a small model's weights and texts for evaluation in float32.
func answering(t *testing.T, method string) (Config, values) {
	t.Helper()
	c := small(method, tensor.Float32)
	b := batch(rand.New(rand.NewPCG(6, 6)), 5, 5, 3, 1)
	return c, join(state(c, mustStepGraph(t, c)), b)
}

// TestZeroNoiseIsTheArgMax: a sample with zero noise is the choice without.
func TestZeroNoiseIsTheArgMax(t *testing.T) {
	c, in := answering(t, "RNP")
	zero, err := tensor.New(tensor.Float32, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	in[SelectNoise], in[AttackNoise] = zero, zero
	sampled := compile(t, mustAnswer(t, c, Views{Sampled: true, Attack: true}, nil)).run(in)
	chosen := compile(t, mustAnswer(t, c, Views{Attack: true}, nil)).run(in)
	for name, want := range chosen {
		same(t, name, sampled[name], want)
	}
	for i, p := range chosen[OutProbability].Float64s() {
		if z := chosen[OutRationale].Float64s()[i]; (p > .5) != (z == 1) {
			t.Errorf("position %d has probability %v and is selected %v", i, p, z)
		}
	}
}

// TestWeightsAsConstants give the same answers as weights that are inputs.
func TestWeightsAsConstants(t *testing.T) {
	for _, method := range []string{"RNP", "random patterns", "classifier", "DR", "Inter_RAT", "A2R", "CR"} {
		t.Run(method, func(t *testing.T) {
			c, in := answering(t, method)
			views := Views{Attack: true, FullText: true, Reader: true}
			params := map[string][]float32{}
			for name, x := range in {
				if layout, ok := strings.CutSuffix(name, ParamsPart); ok {
					params[layout] = tensor.Data[float32](x)
				}
			}
			want := compile(t, mustAnswer(t, c, views, nil)).run(in)
			alone := compile(t, mustAnswer(t, c, views, params))
			for _, info := range alone.session.Inputs() {
				if info.Name != InputIDs && info.Name != InputMask {
					t.Errorf("the model with constants has the input %s", info.Name)
				}
			}
			got := alone.run(in)
			for name := range want { // constant weights are folded, which rounds differently
				compare(t, 0, name, got[name].Float64s(), want[name].Float64s(), 1e-6)
			}
		})
	}
}

// TestViewsOfThePredictor: the full text is a rationale of all words, and the
// annotated words are read as a rationale is.
func TestViewsOfThePredictor(t *testing.T) {
	c, in := answering(t, "RNP")
	p := compile(t, mustAnswer(t, c, Views{FullText: true, Gold: true}, nil))
	in[InputGold] = in[InputMask]
	all := p.run(in)
	compare(t, 0, "full text", all[OutFullLogits].Float64s(), all[OutGoldLogits].Float64s(), 1e-6)
	gold := make([]int64, 15)
	for i, z := range all[OutRationale].Float64s() {
		gold[i] = int64(z)
	}
	in[InputGold] = grid(5, gold)
	own := p.run(in)
	same(t, "logits of the model's own rationale", own[OutGoldLogits], own[OutLogits])
	differs(t, "logits", own[OutGoldLogits], all[OutGoldLogits])
}

// TestAnswersHaveTheViewsAskedFor and no others.
func TestAnswersHaveTheViewsAskedFor(t *testing.T) {
	selects := []string{OutRationale, OutProbability, OutLogits}
	for _, tc := range []struct {
		method string
		views  Views
		attack bool
		want   []string
	}{
		{"RNP", Views{}, true, selects},
		{"RNP", Views{Attack: true}, true, append([]string{OutAttack, OutAttackLogits}, selects...)},
		{"RNP", Views{Attack: true}, false, selects},
		{"RNP+A2I", Views{FullText: true, Gold: true}, true, append([]string{OutFullLogits, OutGoldLogits}, selects...)},
		{"random patterns", Views{Reader: true, Attack: true}, true, append([]string{OutReaderLogits}, selects...)},
		{"classifier", Views{Sampled: true, Attack: true, Gold: true, Reader: true}, true, []string{OutLogits}},
	} {
		c := small(tc.method, tensor.Float32)
		c.Flags = map[string]bool{"attack": tc.attack}
		got := map[string]bool{}
		for _, v := range mustAnswer(t, c, tc.views, nil).Outputs() {
			got[v.Name()] = true
		}
		for _, name := range tc.want {
			if !got[name] {
				t.Errorf("%s %+v has no %s", tc.method, tc.views, name)
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s %+v has %v, want %v", tc.method, tc.views, got, tc.want)
		}
	}
}

func TestAnswerErrors(t *testing.T) {
	c := small("RNP", tensor.Float32)
	if _, err := NewAnswer(c, Views{}, map[string][]float32{"model": {1, 2, 3}}); err == nil || !strings.Contains(err.Error(), "3 values for the ") {
		t.Errorf("too few weights: %v", err)
	}
	c.Method = "random patterns"
	model := randomPatterns.layouts(c)[0]
	if _, err := NewAnswer(c, Views{Reader: true}, map[string][]float32{"model": make([]float32, model.Size())}); err == nil || !strings.Contains(err.Error(), "parameters of "+ReaderLayout) {
		t.Errorf("no reader: %v", err)
	}
	c.Method = "PNR"
	if _, err := NewAnswer(c, Views{}, nil); err == nil || !strings.Contains(err.Error(), `no method "PNR"`) {
		t.Errorf("unknown method: %v", err)
	}
}

// evalBlock is what the classifier's fixture says about evaluation.
type evalBlock struct {
	Eval struct {
		Logits   array
		Accuracy float64
	}
}

// TestClassifierAnswersLikePyTorch: the trained fixture model, dropout off.
func TestClassifierAnswersLikePyTorch(t *testing.T) {
	f := readFixture(t, "classifier_step.json")
	var want evalBlock
	readJSON(t, "classifier_step.json", &want)
	for dtype, tolerance := range map[tensor.DType]float64{tensor.Float64: 1e-9, tensor.Float32: 1e-5} {
		c := f.config(t, "classifier", dtype)
		trained := decode[map[string]array](t, f.Steps[len(f.Steps)-1]["params_after"])
		in := f.texts()
		in["model"+ParamsPart] = as(dtype, tensor.Vector(flat(t, classifier.layouts(c)[0], trained)))
		out := compile(t, mustAnswer(t, c, Views{}, nil)).run(in)
		compare(t, 0, "logits", out[OutLogits].Float64s(), want.Eval.Logits.Data, tolerance)
		if got := accuracy(out[OutLogits], f.Y); got != want.Eval.Accuracy {
			t.Errorf("accuracy %v, want %v", got, want.Eval.Accuracy)
		}
	}
}

func accuracy(logits *tensor.Tensor, y []int64) float64 {
	hits, classes := 0.0, int(logits.Shape()[1])
	for i, want := range y {
		row, best := logits.Float64s()[i*classes:][:classes], 0
		for k, v := range row {
			if v > row[best] {
				best = k
			}
		}
		if int64(best) == want {
			hits++
		}
	}
	return hits / float64(len(y))
}

// TestReaderAnswersLikePyTorch: r2f on the fixture's selections, which noise
// too strong for any margin imposes.
func TestReaderAnswersLikePyTorch(t *testing.T) {
	f := readFixture(t, "random_patterns_step.json")
	c := f.config(t, "random patterns", tensor.Float64)
	p := compile(t, mustAnswer(t, c, Views{Sampled: true, Reader: true}, nil))
	for i, step := range f.Steps {
		z := decode[array](t, step["z"])
		impose := timeMajor(z)
		for j := range impose {
			impose[j] = 1000 * (2*impose[j] - 1)
		}
		noise, err := tensor.Of([]int64{z.Shape[1], z.Shape[0]}, impose)
		if err != nil {
			t.Fatal(err)
		}
		out := p.run(join(f.texts(), values{
			"model" + ParamsPart:      tensor.Vector(flat(t, randomPatterns.layouts(c)[0], f.Params)),
			ReaderLayout + ParamsPart: tensor.Vector(flat(t, classifier.layouts(c)[0], f.FullTextParams)),
			SelectNoise:               noise,
		}))
		compare(t, i, "rationale", out[OutRationale].Float64s(), z.Data, 0)
		compare(t, i, "r2f logits", out[OutReaderLogits].Float64s(), decode[array](t, step["r2f_logits"]).Data, 1e-9)
		if got, want := accuracy(out[OutReaderLogits], f.Y), decode[float64](t, step["r2f_accuracy"]); got != want {
			t.Errorf("step %d: r2f accuracy %v, want %v", i, got, want)
		}
	}
}
