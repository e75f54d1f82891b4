package experiments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/stages/shards"
	"rationale/tokenizer/embeddings"
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

// checkMemory refuses a run that cannot fit into the machine's memory, by an
// estimate from below. On a device the batches lie elsewhere.
func (r *Run) checkMemory(data source, device bool, machine int64) error {
	s := r.Settings
	config := r.config(data)
	parameters := r.Method.ParameterMemory(config)
	batch := r.Method.BatchMemory(config) * float64(batchWords(s, data.trainTokens))
	if device {
		batch = 0
	}
	if parameters+batch <= float64(machine) {
		return nil
	}
	const giga = 1e9
	return fmt.Errorf("settings: hidden = %d, batch = %d and max_length = %d need %.3g GB of memory or more, %.3g for parameters and %.3g for a batch; this machine has %.3g GB",
		s.Hidden, s.Batch, s.MaxLength, (parameters+batch)/giga, parameters/giga, batch/giga, float64(machine)/giga)
}

// config is what is known of the graphs when a run is planned.
func (r *Run) config(data source) rationalizer.Config {
	flags, constants, _ := r.Method.Split(r.Settings.Options)
	c := rationalizer.Config{
		Encoder: r.Encoder, Classes: len(data.classes), Width: embeddings.DefaultDim,
		Hyper: r.Settings.Hyper, Graph: r.Settings.GraphHyper, BERT: r.begun.encoders(r.Settings), Flags: flags, Constants: constants,
		Unit: r.Settings.unit(),
	}
	switch {
	case c.BERT != nil:
		c.Width = c.BERT.Width
	case data.graphs:
		c.Width = data.features
	}
	return c
}

// batchWords is the least number of words in a batch, padding included: a
// batch has no more texts than there are, and a text two words.
func batchWords(s Settings, words int64) int64 {
	texts := min(int64(s.Batch), words)
	if s.Padding == rationalizer.Paper {
		return texts * int64(s.MaxLength)
	}
	return min(2*texts, words)
}
