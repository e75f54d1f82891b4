package experiments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/stages/shards"
)

// Check names the first setting that makes no sense, with its range. The options
// of methods have been checked by themselves.
func (s Settings) Check() error {
	return cmp.Or(s.checkWords(), s.Hyper.Check(), s.checkRanges())
}

// checkRanges keeps numbers where they have a meaning. The upper ends of whole
// ones are far beyond what anybody needs, and small enough for products of two.
func (s Settings) checkRanges() error {
	whole := func(name string, value int, least, most float64) error {
		return rationalizer.Within(rationalizer.Range{Least: least, Most: most}, name, value)
	}
	return cmp.Or(
		whole("steps_per_run", s.StepsPerRun, 1, 1<<16),
		whole("batch", s.Batch, 1, 1<<24),
		whole("bucket", s.Bucket, 0, 1<<24),
		whole("epochs", s.Epochs, 1, 1<<24),
		whole("anneal", s.Anneal, 0, 1<<24),
		whole("max_length", s.MaxLength, 1, 1<<24),
		whole("train_texts", s.TrainTexts, 0, 1<<24),
		whole("draws", s.Draws, 0, 1<<16),
		whole("threads", s.Threads, 1, 1<<10),
		whole("shards", s.Shards, 0, shards.Most),
		whole("frozen_layers", s.Frozen, 0, 1<<10),
		rationalizer.Within(rationalizer.Range{Most: 1}, "encoder_pace", s.Pace),
		s.Recompute.Check(),
		rationalizer.Within(rationalizer.Positive, "learning_rate", s.Rate),
		rationalizer.Within(rationalizer.NotNegative, "least_rate", s.LeastRate),
		rationalizer.Within(rationalizer.Range{Most: 1, Above: true}, "decay", s.Decay),
	)
}

// checkAnneal wants a target of sparsity that the method's steps are given, and epochs
// behind those over which it comes down.
func (s Settings) checkAnneal(method rationalizer.Method) error {
	if s.Anneal >= s.Epochs {
		return fmt.Errorf("settings: anneal = %d and epochs = %d; expected less than the epochs, for none of those is chosen", s.Anneal, s.Epochs)
	}
	_, _, scalars := method.Split(s.Options)
	if _, ok := scalars[sparsityKey]; !ok && s.Anneal > 0 {
		return fmt.Errorf("settings: anneal = %d, and %s has no target of sparsity in its steps that could come down; leave it out", s.Anneal, method.Name)
	}
	return nil
}

// checkWords wants settings that are words to be ones that are known.
func (s Settings) checkWords() error {
	for _, w := range []struct {
		name, value string
		known       []string
	}{
		{"padding", string(s.Padding), []string{string(rationalizer.Trim), string(rationalizer.Paper)}},
		{"unit", s.Unit, []string{wordUnit, string(rationalizer.Sentence)}},
	} {
		if !slices.Contains(w.known, w.value) {
			return fmt.Errorf("settings: %s = %q; expected %s%s", w.name, w.value, strings.Join(w.known, " or "), suggestion(w.value, w.known))
		}
	}
	return nil
}

// annealKey is the setting of checkAnneal.
const annealKey = "anneal"

// wordUnit is what settings call rationalizer.Word.
const wordUnit = "word"

// unit is what a run's generator selects.
func (s Settings) unit() rationalizer.Unit {
	if s.Unit == wordUnit {
		return rationalizer.Word
	}
	return rationalizer.Unit(s.Unit)
}
