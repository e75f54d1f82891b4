package rationalizer

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Measure is a number that every step puts out.
type Measure struct {
	Name string `json:"name"` // as in records
	Adds Adding `json:"adds"`
}

// Adding says how a measure's values in the steps make one of an epoch.
type Adding string

// The ways of adding up.
const (
	Mean     Adding = "mean"     // of numbers [1], weighted by the batch's examples
	Sum      Adding = "sum"      // of numbers [1]
	Rate     Adding = "rate"     // hits [C] by true class: their share of all examples
	Balanced Adding = "balanced" // hits [C]: the mean over classes of the share of each
)

// ByClass tells that there is a number of each true class.
func (a Adding) ByClass() bool { return a == Rate || a == Balanced }

// MeasuresOf lists what the steps of a method measure, with its options as usual.
func MeasuresOf(method string) ([]Measure, error) {
	h := Defaults()
	h.Hidden = 1
	step, err := NewStep(Config{Method: method, Classes: 2, Width: 1, Hyper: h, StepsPerRun: 1})
	if err != nil {
		return nil, err
	}
	return step.Spec.Measures, nil
}

// Output is the name of the measure's output.
func (m Measure) Output() string { return "measured/" + m.Name }

// LossMeasure is the loss of the model's players.
const LossMeasure = "loss"

// attackMeasure is how far the attacker is from its aim.
const attackMeasure = "attack_cross_entropy"

// Watched is the measure that tells people how the training goes.
func (s Spec) Watched() string {
	if s.Probe {
		return attackMeasure
	}
	return LossMeasure
}

// Measure makes a value part of what every step puts out.
func (s *Step) Measure(name string, adds Adding, v *graph.Value) {
	m := Measure{name, adds}
	s.out.Measures = append(s.out.Measures, m)
	s.put(m.Output(), v)
}

// Inspect makes a value part of the output when the configuration asks for it.
func (s *Step) Inspect(name string, v *graph.Value) {
	if s.c.Inspect {
		s.put(name, v)
	}
}

func (s *Step) put(name string, v *graph.Value) {
	s.names, s.results = append(s.names, name), append(s.results, v)
}

// measureLoss notes the loss that a team minimises.
func (s *Step) measureLoss(team string, loss *graph.Value) {
	name := LossMeasure
	if team != modelTeam {
		name = team + "_" + LossMeasure
	}
	s.Measure(name, Mean, nn.One(s.g, loss))
}

// CheckMeasures compares what a run of some steps returned beside the new state
// with the specification: for each measure a number, or a number of each class,
// as many times as there were steps.
func (s Spec) CheckMeasures(out map[string]*tensor.Tensor, steps int) error {
	for _, m := range s.Measures {
		t, want := out[m.Output()], 1
		if m.Adds.ByClass() {
			want = s.Classes
		}
		if t == nil {
			return fmt.Errorf("the step model returned no %s", m.Output())
		}
		if !t.DType().IsFloat() || t.Len() != steps*want {
			return fmt.Errorf("the step model returned %s as %v %v, expected %d numbers for each of %d steps", m.Output(), t.DType(), t.Shape(), want, steps)
		}
	}
	return nil
}
