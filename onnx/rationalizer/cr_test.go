package rationalizer

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"rationale/onnx/tensor"
)

// The fixture's model has six hidden units.
var _ = register(func() Method {
	m := crOf(6)
	m.Name = "CR in tests"
	return m
}())

// noiseOfCR are the random inputs that the fixture has in another form: dropout on
// the score, the order in which units are left out, and dropout for each of those.
func (r *stepRun) noiseOfCR(n Feed, step map[string]json.RawMessage) *tensor.Tensor {
	texts, length := int(r.f.M.Shape[0]), int(r.f.M.Shape[1])
	units := []int64{int64(length), int64(texts)}
	switch n.Name {
	case "generator/keep":
		return r.mask(units, timeMajor(decode[array](r.t, step["keep_logit"])))
	case "counterfactual/order":
		order := make([]float64, length*texts)
		r.eachLeftOut(step, func(_, text, unit int) { order[unit*texts+text] = 1 })
		return r.floats(units, order)
	case "counterfactual/keep":
		rows := decode[array](r.t, step["keep_counterfactual"])
		width := int(rows.Shape[1])
		all := make([]float64, length*texts*width)
		r.eachLeftOut(step, func(row, text, unit int) {
			copy(all[(unit*texts+text)*width:], rows.Data[row*width:][:width])
		})
		return r.mask(append(units, rows.Shape[1]), all)
	}
	r.t.Fatalf("the fixture has nothing for %s", n.Name)
	return nil
}

// eachLeftOut visits the counterfactuals in the fixture's order.
func (r *stepRun) eachLeftOut(step map[string]json.RawMessage, visit func(row, text, unit int)) {
	row := 0
	for text, units := range decode[[][]int](r.t, step["counterfactual_tokens"]) {
		for _, unit := range units {
			visit(row, text, unit)
			row++
		}
	}
}

// TestCREvaluatesAsPyTorch: after the last step, the most probable words of each
// text and what the predictor says of them.
func TestCREvaluatesAsPyTorch(t *testing.T) {
	var f struct {
		fixture
		Eval struct{ P, Selected, Logits array }
	}
	readJSON(t, "cr_step.json", &f)
	c := f.config(t, "CR in tests", tensor.Float64)
	r := newStepRun(t, f.fixture, c)
	for _, step := range f.Steps {
		r.step(step)
	}
	out := compile(t, mustAnswer(t, c, Views{Sampled: true}, nil)).run(join(f.texts(), r.state))
	for name, want := range map[string]array{OutProbability: f.Eval.P, OutRationale: f.Eval.Selected, OutLogits: f.Eval.Logits} {
		compare(t, 0, name, out[name].Float64s(), want.Data, 1e-9)
	}
}

// TestCRSelectsTheMostProbable ⌈π·len⌉ words of each text.
func TestCRSelectsTheMostProbable(t *testing.T) {
	for share, want := range map[float64][]float64{.1: {1, 1, 1}, .4: {2, 2, 1}, .5: {3, 2, 1}, .999: {5, 3, 1}} {
		c, in := answering(t, "CR") // texts of 5, 3 and 1 words
		c.Constants = Values{sparsity: share}
		said := compile(t, mustAnswer(t, c, Views{}, nil)).run(in)
		for i, n := range want {
			z, p := said[OutRationale].Float64s()[5*i:][:5], said[OutProbability].Float64s()[5*i:][:5]
			if sum(z) != n {
				t.Errorf("π = %v: %v words of text %d, want %v", share, sum(z), i, n)
			}
			if least, best := among(z, p); least < best {
				t.Errorf("π = %v, text %d: %v is selected of the probabilities %v", share, i, z, p)
			}
		}
	}
}

// among are the least number where z is 1 and the largest where it is 0.
func among(z, p []float64) (least, best float64) {
	least = 1
	for i, selected := range z {
		if selected == 1 {
			least = min(least, p[i])
		} else {
			best = max(best, p[i])
		}
	}
	return least, best
}

// TestNothingToLeaveOut: where no unit is selected enough, the counterfactual term
// is 0, and so is its gradient.
func TestNothingToLeaveOut(t *testing.T) {
	c := small("CR", tensor.Float64)
	g := mustStepGraph(t, c)
	b := smallBatch()
	in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
	in["generator/noise"] = shifted(in["generator/noise"], -1000)
	p := compile(t, g.Graph)
	out := p.run(in)
	if got := out["counterfactual"].Float64s()[0]; got != 0 {
		t.Errorf("the term is %v", got)
	}
	without := p.run(join(in, of(c, Values{counterfactualWeight: 0})))
	modelGradients(without, func(param string, d *tensor.Tensor) {
		same(t, "gradient of "+param, out["grad/model."+param], d)
	})
}

// TestLeftOutUnitsAreFew: with every unit selected, ⌈k·len⌉ of them are left out,
// and the term is the mean over the texts of what each costs.
func TestLeftOutUnitsAreFew(t *testing.T) {
	c := small("CR", tensor.Float64)
	c.Hyper.Dropout = 0
	g := mustStepGraph(t, c)
	b := smallBatch() // texts of 6, 2 and 4 words
	in := join(state(c, g), numbers(c), b, draws(c, g, b, 1), of(c, Values{counterfactualShare: .25}))
	in["generator/noise"] = shifted(in["generator/noise"], 1000)
	out := compile(t, g.Graph).run(in)

	answer := compile(t, mustAnswer(t, c, Views{Gold: true}, nil))
	order, labels := textMajor(in["counterfactual/order"]), tensor.Data[int64](b["labels"])
	p := func(hidden ...int) []float64 {
		gold := slices.Clone(tensor.Data[int64](b[InputMask]))
		for _, at := range hidden {
			gold[at] = 0
		}
		logits := answer.run(join(in, values{InputGold: grid(6, gold)}))[OutGoldLogits].Float64s()
		return labelled(logits, labels)
	}
	whole, want := p(), 0.0
	for text, length := range []int{6, 2, 4} {
		count := (length + 3) / 4
		for _, unit := range firstByOrder(order[6*text:][:length], count) {
			want -= math.Log(max(1, whole[text]-p(6*text + unit)[text]+1)) / float64(3*count)
		}
	}
	compare(t, 0, "counterfactual", out["counterfactual"].Float64s(), []float64{want}, 1e-9)
	if want == 0 {
		t.Error("leaving out costs nothing: the test shows nothing")
	}
}

// firstByOrder are the places of the count largest numbers.
func firstByOrder(order []float64, count int) []int {
	var at []int
	for i := range order {
		at = append(at, i)
	}
	slices.SortFunc(at, func(a, b int) int { return cmp.Compare(order[b], order[a]) })
	return at[:count]
}

// labelled are the probabilities of the labels among two classes.
func labelled(logits []float64, labels []int64) []float64 {
	var out []float64
	for i, y := range labels {
		out = append(out, 1/(1+math.Exp(logits[2*i+1-int(y)]-logits[2*i+int(y)])))
	}
	return out
}
