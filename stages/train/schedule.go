package train

import (
	"fmt"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
)

// sparsity is the scalar that Params.Anneal moves.
const sparsity = "sparsity"

// checkAnneal wants an epoch that can be chosen.
func (p Params) checkAnneal() error {
	if p.Anneal < 0 || p.Anneal > 0 && p.Anneal >= p.Epochs {
		return fmt.Errorf("settings: anneal = %d; expected 0 or more and less than epochs = %d, as none of the annealed ones is chosen", p.Anneal, p.Epochs)
	}
	return nil
}

// schedule is the learning rate of each step.
func (p Params) schedule(stepsPerEpoch int) nn.Schedule {
	return nn.Schedule{Rate: p.Rate, Decay: p.Decay, Least: p.LeastRate, Every: int64(stepsPerEpoch)}
}

// target is the sparsity that each step aims at, in the end s.
func (p Params) target(s float64, stepsPerEpoch int) nn.Fall {
	return nn.Fall{From: 1, To: s, Steps: int64(p.Anneal * stepsPerEpoch)}
}

// moving gives each scalar at a step, counted from 1.
func (r *run) moving(scalars map[string]float64) func(name string, step int64) float64 {
	rate, target := r.params.schedule(r.perEpoch()), r.params.target(scalars[sparsity], r.perEpoch())
	return func(name string, step int64) float64 {
		switch name {
		case rationalizer.LearningRate:
			return rate.At(step)
		case sparsity:
			return target.At(step)
		}
		return scalars[name]
	}
}
