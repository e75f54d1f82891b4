package experiments

import (
	"errors"
	"fmt"
	"slices"

	"rationale/onnx/rationalizer"
)

// Experiments whose encoders begin with a checkpoint need that, and no word vectors.

// begins tells that it is one of them.
func (e Experiment) begins() bool { return e.Checkpoint != "" }

// reads tells that its runs read words by their vectors.
func (e Experiment) reads() bool { return e.trains() && !e.begins() }

// checkEncoder wants encoders that there are, all of which begin with the experiment's
// checkpoint, or none.
func (e Experiment) checkEncoder(name string) error {
	encoder, err := rationalizer.LookupEncoder(name)
	switch {
	case err != nil:
		return err
	case encoder.Pretrained && !e.begins():
		return fmt.Errorf("the encoder %s begins with a checkpoint; name it (checkpoint = ...)", encoder.Name)
	case e.begins() && !encoder.Pretrained:
		return fmt.Errorf("the encoder %s begins with no checkpoint, and the experiment names one", encoder.Name)
	}
	return nil
}

// checkpointOf is what the experiment's encoders begin with; empty for nothing.
func (l *Lab) checkpointOf(e Experiment) string {
	if e.begins() && l.opts.Checkpoint != "" {
		return l.opts.Checkpoint
	}
	return e.Checkpoint
}

// unbegun is why the experiment's checkpoint cannot be used; nil when it can, and for
// experiments without one.
func (l *Lab) unbegun(e Experiment) error {
	if !e.begins() {
		return nil
	}
	encoder, err := rationalizer.LookupEncoder(e.Runs[0].Encoder)
	if err == nil {
		_, err = l.opened(RunSpec{Checkpoint: l.checkpointOf(e)}, encoder)
	}
	return err
}

// checkCheckpoint wants a checkpoint that was asked for to be of use, and some of the
// experiments to have what they need.
func (l *Lab) checkCheckpoint(chosen []Experiment) (err error) {
	begin := slices.DeleteFunc(slices.Clone(chosen), func(e Experiment) bool { return !e.begins() })
	switch asked := l.opts.Checkpoint != ""; {
	case asked && len(begin) == 0:
		return errors.New("no experiment here begins with a checkpoint; leave --checkpoint out")
	case !asked && len(begin) < len(chosen):
		return nil // the others have it
	}
	for _, e := range begin {
		if err = l.unbegun(e); err == nil {
			return nil
		}
	}
	return err
}

// beginnable are the experiments that have what they begin with, and lines about the
// others.
func (l *Lab) beginnable(chosen []Experiment) (able []Experiment, leftOut []string) {
	for _, e := range chosen {
		if err := l.unbegun(e); err != nil {
			leftOut = append(leftOut, fmt.Sprintf("%s is left out: %v", e.Name, err))
			continue
		}
		able = append(able, e)
	}
	return able, leftOut
}

// beginnings say which checkpoint the runs began with, and how much of each dataset they
// were trained on, which tells a small profile's runs from the paper's.
func (e Planned) beginnings() []string {
	if !e.begins() || len(e.Runs) == 0 {
		return nil
	}
	b := e.Runs[0].begun
	out := []string{fmt.Sprintf("Our encoders begin with %s: %d layers, %d wide.", b.name, b.form.Layers, b.form.Width)}
	for _, d := range e.Datasets {
		i := slices.IndexFunc(e.Runs, func(r *Run) bool { return r.Dataset == d.Name })
		if i >= 0 {
			out = append(out, fmt.Sprintf("%s: %s.", d.Title, e.Runs[i].Settings.effort()))
		}
	}
	return out
}

// effort is how long training with a checkpoint lasts, and of how much.
func (s Settings) effort() string {
	texts := "all training texts"
	if s.TrainTexts > 0 {
		texts = fmt.Sprintf("the first %d training texts", s.TrainTexts)
	}
	learning := "all layers learn"
	if s.Frozen > 0 {
		learning = fmt.Sprintf("the lowest %d layers do not learn", s.Frozen)
	}
	return fmt.Sprintf("%s, %d pieces of each, %d epochs in batches of %d; %s", texts, s.MaxLength, s.Epochs, s.Batch, learning)
}
