package experiments

import (
	"fmt"
	"math"
	"reflect"

	"rationale/onnx/rationalizer"
	"rationale/tokenizer/embeddings"
)

// Check names the first setting that makes no sense.
func (s Settings) Check() error {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if x, ok := reflect.ValueOf(s).FieldByIndex(f.Index).Interface().(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
			return fmt.Errorf("settings: %s = %v is no number", f.Tag.Get("toml"), x)
		}
	}
	if err := s.Hyper.Check(); err != nil {
		return err
	}
	return s.checkRanges()
}

// checkRanges keeps whole numbers where they have a meaning. The upper ends are
// far beyond what anybody needs, and small enough for products of two.
func (s Settings) checkRanges() error {
	for _, r := range []struct {
		name               string
		value, least, most int
	}{
		{"hidden", s.Hidden, 1, 1 << 16},
		{"steps_per_run", s.StepsPerRun, 1, 1 << 16},
		{"batch", s.Batch, 1, 1 << 24},
		{"bucket", s.Bucket, 0, 1 << 24},
		{"epochs", s.Epochs, 1, 1 << 24},
		{"max_length", s.MaxLength, 1, 1 << 24},
		{"train_texts", s.TrainTexts, 0, 1 << 24},
		{"draws", s.Draws, 0, 1 << 16},
		{"threads", s.Threads, 1, 1 << 10},
	} {
		if r.value < r.least || r.value > r.most {
			return fmt.Errorf("settings: %s = %d; expected %d to %d", r.name, r.value, r.least, r.most)
		}
	}
	switch {
	case s.Unit != wordUnit && s.Unit != string(rationalizer.Sentence):
		return fmt.Errorf("settings: unit = %q; expected %q or %q", s.Unit, wordUnit, rationalizer.Sentence)
	case s.Rate <= 0 || s.LeastRate < 0:
		return fmt.Errorf("settings: learning_rate = %v must be positive and least_rate = %v not negative", s.Rate, s.LeastRate)
	case s.Decay <= 0 || s.Decay > 1:
		return fmt.Errorf("settings: decay = %v; expected above 0 and at most 1", s.Decay)
	}
	return nil
}

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
	flags, _ := r.Method.Split(r.Settings.Options)
	return rationalizer.Config{Encoder: r.Encoder, Classes: data.classes, Width: embeddings.DefaultDim, Hyper: r.Settings.Hyper, Flags: flags}
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
