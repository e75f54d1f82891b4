package rationalizer

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// triggerSearch is the fixture of one HotFlip pass.
type triggerSearch struct {
	TargetMask    array   `json:"target_mask"`
	TriggerAt     []int64 `json:"trigger_at"`
	Probabilities array   `json:"selection_probs"`
	Mask          array
	CE            array `json:"ce_per_text"`
	MSE           array `json:"mse_per_text"`
	PerText       array `json:"J_per_text"`
	Generator     array `json:"gradient_generator"`
	Predictor     array `json:"gradient_predictor"`
	Dims          struct{ B, L, E, V, Slots int }
	Hyper         struct {
		Beta  float64
		Start int `json:"start_word"`
	}
	Search []struct {
		Slot       int
		Candidates []int
		J          []float64
	}
	Trigger []int
}

// slots are the places of the trigger's words, one behind the other.
func (s triggerSearch) slots() *tensor.Tensor {
	var at []int64
	for _, first := range s.TriggerAt {
		for j := range s.Dims.Slots {
			at = append(at, first+int64(j))
		}
	}
	return grid(s.Dims.Slots, at)
}

// vectors are those of the trigger's words.
func (f fixture) vectors(t *testing.T, dtype tensor.DType, words ...int) *tensor.Tensor {
	t.Helper()
	width := int(f.Table.Shape[1])
	var data []float64
	for _, w := range words {
		data = append(data, f.Table.Data[w*width:][:width]...)
	}
	x, err := tensor.FromFloat64(dtype, []int64{int64(len(words)), int64(width)}, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func marks(x array) *tensor.Tensor {
	var out []int64
	for _, v := range x.Data {
		out = append(out, int64(v))
	}
	return grid(int(x.Shape[1]), out)
}

func mustTrigger(t *testing.T, c Config, of Trigger) *graph.Graph {
	t.Helper()
	g, err := NewTrigger(c, of)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestTriggerAgreesWithPyTorch compares J and its gradients by path, and the exact J
// of every candidate that the pass tries.
func TestTriggerAgreesWithPyTorch(t *testing.T) {
	for dtype, tolerance := range map[tensor.DType]float64{tensor.Float64: 1e-9, tensor.Float32: 1e-5} {
		var want triggerSearch
		readJSON(t, "trigger_gradient.json", &want)
		f := readFixture(t, "trigger_gradient.json")
		f.Hyper = nil
		c := f.config(t, "RNP", dtype)
		of := Trigger{Slots: want.Dims.Slots, Beta: want.Hyper.Beta, Gradient: true}
		in := join(f.texts(), newStepRun(t, f, c).state, values{InputGold: marks(want.TargetMask), InputSlots: want.slots()})
		start := slices.Repeat([]int{want.Hyper.Start}, of.Slots)
		in[InputTrigger] = f.vectors(t, dtype, start...)
		steep := compile(t, mustTrigger(t, c, of))
		for at, m := range f.M.Data {
			want.Probabilities.Data[at] *= m // ours are of what may be selected
		}
		for b := range f.X {
			out := steep.run(oneText(t, in, b))
			for name, x := range map[string]array{
				OutProbability: want.Probabilities, OutRationale: want.Mask,
				OutPredictorLoss: want.CE, OutGeneratorLoss: want.MSE, OutObjective: want.PerText,
				OutGeneratorSlope: want.Generator, OutPredictorSlope: want.Predictor,
			} {
				n := len(x.Data) / len(f.X)
				compare(t, b, name, out[name].Float64s(), x.Data[b*n:][:n], tolerance)
			}
		}
		of.Gradient = false
		exact := compile(t, mustTrigger(t, c, of))
		current := start
		for _, slot := range want.Search {
			for k, candidate := range slot.Candidates {
				tried := slices.Clone(current)
				tried[slot.Slot] = candidate
				in[InputTrigger] = f.vectors(t, dtype, tried...)
				got := mean(exact.run(in)[OutObjective].Float64s())
				if math.Abs(got-slot.J[k]) > tolerance {
					t.Errorf("slot %d, word %d: J = %v; want %v", slot.Slot, candidate, got, slot.J[k])
				}
			}
			current = slices.Clone(current)
			current[slot.Slot] = want.Trigger[slot.Slot]
		}
	}
}

// oneText is text b of a batch by itself.
func oneText(t *testing.T, in values, b int) values {
	t.Helper()
	out := maps.Clone(in)
	for _, name := range []string{InputIDs, InputMask, InputGold, InputSlots, InputLabels} {
		all := tensor.Data[int64](in[name])
		shape := slices.Clone(in[name].Shape())
		n := len(all) / int(shape[0])
		shape[0] = 1
		x, err := tensor.Of(shape, all[b*n:][:n])
		if err != nil {
			t.Fatal(err)
		}
		out[name] = x
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// triggerConfig is a small model of a method that reads queries.
func triggerConfig(method string, unit Unit) Config {
	c := small(method, tensor.Float64)
	c.Unit, c.Query = unit, true
	return c
}

// triggerInputs are two texts with a trigger of two words in the second sentence.
func triggerInputs(t *testing.T, c Config) values {
	t.Helper()
	const frame, lead = 7, 2
	b := queried(batch(rand.New(rand.NewPCG(8, 8)), frame, 7, 6), lead)
	spans := sentences{[][][2]int64{{{2, 4}, {4, 7}}, {{2, 4}, {4, 6}}}}
	in := join(b, spans.columns(frame, 2), state(c, mustStepGraph(t, c)))
	in[InputGold] = grid(frame, []int64{0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0})
	in[InputSlots] = grid(2, []int64{4, 5, 4, 5})
	in[InputTrigger] = rowsOf(t, c.Vectors, 3, 7)
	return in
}

// rowsOf are rows of a matrix.
func rowsOf(t *testing.T, table *tensor.Tensor, rows ...int) *tensor.Tensor {
	t.Helper()
	width := int(table.Shape()[1])
	var data []float64
	for _, r := range rows {
		data = append(data, table.Float64s()[r*width:][:width]...)
	}
	x, err := tensor.FromFloat64(table.DType(), []int64{int64(len(rows)), int64(width)}, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestTriggerOfEveryMethod: with the trigger's own words in the texts, the model
// answers and selects as it does by itself, and the exact graph agrees with the one
// that has gradients.
func TestTriggerOfEveryMethod(t *testing.T) {
	for _, m := range Methods() {
		for _, unit := range []Unit{Word, Sentence} {
			t.Run(m.Name+" "+string(unit), func(t *testing.T) {
				c := triggerConfig(m.Name, unit)
				if _, err := NewStep(c); err != nil || !m.Selects() {
					t.Skip(err)
				}
				in := triggerInputs(t, c)
				steep := compile(t, mustTrigger(t, c, Trigger{Slots: 2, Beta: 1, Gradient: true})).run(in)
				exact := compile(t, mustTrigger(t, c, Trigger{Slots: 2, Beta: 1})).run(in)
				ids := slices.Clone(tensor.Data[int64](in[InputIDs]))
				ids[4], ids[5], ids[11], ids[12] = 3, 7, 3, 7
				in[InputIDs] = grid(7, ids)
				itself := compile(t, mustAnswer(t, c, Views{}, nil)).run(in)
				for _, name := range []string{OutLogits, OutRationale, OutProbability} {
					compare(t, 0, name, exact[name].Float64s(), itself[name].Float64s(), 1e-12)
				}
				compare(t, 0, OutObjective, exact[OutObjective].Float64s(), steep[OutObjective].Float64s(), 1e-12)
			})
		}
	}
}

// TestSlopeOfTheSelection: where only the selection's error counts, the generator's
// slope is the derivative of J by differences.
func TestSlopeOfTheSelection(t *testing.T) {
	const step, heavy = 1e-6, 1e6
	for _, unit := range []Unit{Word, Sentence} {
		c := triggerConfig("RNP", unit)
		in := triggerInputs(t, c)
		p := compile(t, mustTrigger(t, c, Trigger{Slots: 2, Beta: heavy, Gradient: true}))
		slope := p.run(in)[OutGeneratorSlope].Float64s()
		trigger := in[InputTrigger].Float64s()
		for i := range trigger {
			var off [2]float64
			for side, sign := range []float64{1, -1} {
				moved := slices.Clone(trigger)
				moved[i] += sign * step
				x, err := tensor.FromFloat64(tensor.Float64, in[InputTrigger].Shape(), moved)
				if err != nil {
					t.Fatal(err)
				}
				off[side] = -heavy * mean(p.run(join(in, values{InputTrigger: x}))[OutGeneratorLoss].Float64s())
			}
			if want := (off[0] - off[1]) / (2 * step); math.Abs(slope[i]-want) > 1e-6*heavy {
				t.Errorf("%q: slope %d is %v; by differences %v", unit, i, slope[i], want)
			}
		}
	}
}

// TestNoTriggerForAClassifier: what selects nothing has no trigger of this kind.
func TestNoTriggerForAClassifier(t *testing.T) {
	_, err := NewTrigger(small("classifier", tensor.Float32), Trigger{Slots: 1})
	if err == nil || !strings.Contains(err.Error(), "selects nothing") {
		t.Errorf("error %v", err)
	}
}
