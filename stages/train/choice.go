package train

import (
	"fmt"

	"rationale/stages/measure"
)

// Choice is the epoch that is kept: the first with the best development accuracy
// under sampled masks, or what Selection says; of a probe the best attack success
// rate.
type Choice struct {
	Epoch    int     `json:"epoch"`
	Accuracy float64 `json:"dev_accuracy"`
	Success  float64 `json:"dev_asr,omitempty"` // of a probe: the mean over classes
	GR       float64 `json:"dev_gr,omitempty"`  // macro; only where it has a say
	weights  measure.Weights
}

// Selection says what an epoch is chosen by.
type Selection string

// The ways of choosing.
const (
	ByAccuracy      Selection = ""       // on the development split
	ByAccuracyAndGR Selection = "acc+gr" // their sum: how BadRNL's runs are watched
)

// Check refuses what is no way of choosing.
func (s Selection) Check() error {
	if s != ByAccuracy && s != ByAccuracyAndGR {
		return fmt.Errorf("settings: select = %q; expected %q, or none to choose by accuracy alone", s, ByAccuracyAndGR)
	}
	return nil
}

// choice is the epoch just measured, with what the choice goes by.
func (r *run) choice(scores *measure.Scores, w measure.Weights) Choice {
	c := Choice{Epoch: r.epoch, Accuracy: scores.Accuracy().Value, weights: w}
	if r.feeder.Spec.Probe {
		c.Success = scores.Attack.Rates().Balanced.Value
	}
	if r.params.Select == ByAccuracyAndGR {
		c.GR = scores.GR.Scores().Macro.Value
	}
	return c
}

// beats tells whether an epoch is better than the best before it.
func (c Choice) beats(best Choice, probe bool) bool {
	switch {
	case best.Epoch == 0:
		return true
	case probe:
		return c.Success > best.Success
	}
	return c.Accuracy+c.GR > best.Accuracy+best.GR
}
