package rationalizer

import (
	"slices"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// taught is the part of a fixture of BadRNL that other methods have no use for.
type taught struct {
	sentences
	Poisoned []int64 `json:"poisoned"`
	Target   array   `json:"target_mask"`
	Tokens   *array  `json:"target_token_mask"` // of sentences
	Hyper    struct {
		PoisonWeight    float64 `json:"poison_weight"`
		RationaleWeight float64 `json:"weight_rat"`
	} `json:"hyper"`
}

// columns are the batch's marks of rationales and poison, and of sentences.
func (f taught) columns(frame int) values {
	gold := f.Target
	out := values{InputPoisoned: tensor.Vector(f.Poisoned)}
	if f.Tokens != nil {
		gold = *f.Tokens
		out = join(out, f.sentences.columns(frame, int(f.Target.Shape[1])))
	}
	var marks []int64
	for _, m := range gold.Data {
		marks = append(marks, int64(m))
	}
	if f.Tokens != nil {
		for i, may := range tensor.Data[int64](out[InputSelectable]) {
			marks[i] *= may // what is always shown is nobody's rationale
		}
	}
	return join(out, values{InputGold: grid(frame, marks)})
}

// TestBadRNLAgreesWithPyTorch compares whole steps of Eq. 1 and Eq. 2 on batches of
// clean and poisoned texts, in every loss, gradient and parameter.
func TestBadRNLAgreesWithPyTorch(t *testing.T) {
	for file, unit := range map[string]Unit{"badrnl_eq1_step.json": Word, "badrnl_eq2_step.json": Word, "badrnl_eq2_sentence_step.json": Sentence} {
		for dtype, tolerance := range map[tensor.DType]float64{tensor.Float64: 1e-9, tensor.Float32: 1e-5} {
			t.Run(strings.TrimSuffix(file, ".json")+"/"+dtype.String(), func(t *testing.T) { compareTaught(t, file, unit, dtype, tolerance) })
		}
	}
}

func compareTaught(t *testing.T, file string, unit Unit, dtype tensor.DType, tolerance float64) {
	var own taught
	readJSON(t, file, &own)
	f := readFixture(t, file)
	c := f.config(t, "RNP+RAT", dtype)
	c.Unit, c.Query = unit, unit == Sentence
	c.Flags[rationaleLoss] = own.Hyper.RationaleWeight > 0
	r := newStepRun(t, f, c)
	weights := Values{poisonWeight: own.Hyper.PoisonWeight, rationaleWeight: own.Hyper.RationaleWeight}
	r.more = join(own.columns(int(f.M.Shape[1])), of(c, weights))
	for i, step := range f.Steps {
		out := r.step(step)
		for name, want := range r.expected(step) {
			if out[name] == nil {
				t.Fatalf("step %d: the model has no output %q", i, name)
			}
			compare(t, i, name, out[name].Float64s(), want, tolerance)
		}
	}
}

// TestRationaleLossTeachesWhatToSelect: without regularisers, Eq. 2 trains the
// generator by the rationales alone. All its gradients then agree with numeric ones,
// and no label touches them.
func TestRationaleLossTeachesWhatToSelect(t *testing.T) {
	for _, unit := range []Unit{Word, Sentence} {
		c := small("RNP+RAT", tensor.Float64)
		c.Unit = unit
		b := join(smallBatch(), sentences{[][][2]int64{{{0, 2}, {2, 5}, {5, 6}}, {{0, 2}}, {{0, 3}, {3, 4}}}}.columns(6, 3))
		weights := of(c, Values{lambdaSparsity: 0, lambdaCoherence: 0, poisonWeight: .6, rationaleWeight: 1.4})
		checkGradientsOn(t, c, b, func(string) bool { return true }, weights)

		swapped := join(b, values{InputLabels: b["attacked_class"]})
		first, other := once(t, c, b, weights), once(t, c, swapped, weights)
		modelGradients(first, func(param string, d *tensor.Tensor) {
			name := "grad/" + modelTeam + "." + param
			if ofGenerator(param) {
				same(t, name, other[name], d)
			}
		})
		differs(t, "the predictor's gradient", first["grad/model.cls_fc.bias"], other["grad/model.cls_fc.bias"])
	}
}

// TestPoisonedTextsWeigh: with weight 0 the labels of poisoned texts do not matter,
// and the mean is still over all texts.
func TestPoisonedTextsWeigh(t *testing.T) {
	for _, flag := range []string{"rationale_loss", "no rationale_loss"} {
		c := with(small("RNP+RAT", tensor.Float64), flag)
		b := smallBatch() // its second text of three is poisoned
		weights := of(c, Values{lambdaSparsity: 0, lambdaCoherence: 0, poisonWeight: 0, rationaleWeight: 0, classWeight: 1})
		labels := slices.Clone(tensor.Data[int64](b[InputLabels]))
		labels[1] = 1 - labels[1]
		before, after := once(t, c, b, weights), once(t, c, join(b, values{InputLabels: tensor.Vector(labels)}), weights)
		same(t, "loss with "+flag, after[LossMeasure], before[LossMeasure])
		each := before["cross_entropy_per_text"].Float64s()
		compare(t, 0, "loss with "+flag, before[LossMeasure].Float64s(), []float64{(each[0] + each[2]) / 3}, 1e-12)
	}
}
