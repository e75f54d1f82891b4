package rationalizer

import (
	"encoding/json"
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
