package experiments

import (
	"encoding/json"
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/tokenizer/embeddings"
)

// checkMemory refuses a run that cannot fit into the machine's memory, by an
// estimate from below. On a device the batches lie elsewhere.
func (l *Lab) checkMemory(r *Run, data source, machine int64) error {
	m, err := l.memory(r, data)
	if err != nil {
		return err
	}
	if l.provider.Device {
		m.Batch = 0
	}
	if m.Total() <= float64(machine) {
		return nil
	}
	const giga = 1e9
	return fmt.Errorf("settings: %s need %.3g GB of memory or more, %.3g for parameters and %.3g for a batch; this machine has %.3g GB",
		r.sizes(data), m.Total()/giga, m.Parameters/giga, m.Batch/giga, float64(machine)/giga)
}

// sizes names the settings that decide on the memory.
func (r *Run) sizes(data source) string {
	s := r.Settings
	switch {
	case data.graphs:
		return fmt.Sprintf("hidden = %d and batch = %d", s.Hidden, s.Batch)
	case r.begun != nil:
		return fmt.Sprintf("batch = %d, max_length = %d and recompute = %q (or \"attention\" or \"layers\", which take less)", s.Batch, s.MaxLength, s.Recompute)
	}
	return fmt.Sprintf("hidden = %d, batch = %d and max_length = %d", s.Hidden, s.Batch, s.MaxLength)
}

// memory estimates what training takes. Runs of the same size share the estimate, for
// which their graph is built.
func (l *Lab) memory(r *Run, data source) (rationalizer.Memory, error) {
	config, size := r.config(data), r.batchSize(data)
	key, err := json.Marshal([]any{config, size})
	if m, known := l.needed[string(key)]; known || err != nil {
		return m, err
	}
	step, err := rationalizer.NewStep(config)
	if err != nil {
		return rationalizer.Memory{}, err
	}
	m := step.Memory(size, distinctWords(size), int64(r.vocabulary()))
	l.needed[string(key)] = m
	return m, nil
}

// batchSize is the least that the largest batch can be: it has no more texts than there
// are, and its longest text is as long as the mean one, or as the setting cuts it.
func (r *Run) batchSize(data source) rationalizer.Size {
	s, texts := r.Settings, data.trainTexts
	if s.TrainTexts > 0 {
		texts = min(texts, s.TrainTexts)
	}
	longest := int(data.trainTokens / int64(max(data.trainTexts, 1)))
	switch {
	case r.begun != nil:
		longest += marks
	case data.graphs:
		return rationalizer.Size{Examples: min(s.Batch, texts), Positions: longest}
	}
	longest = min(longest, s.MaxLength)
	if s.Padding == rationalizer.Paper {
		longest = s.MaxLength
	}
	return rationalizer.Size{Examples: min(s.Batch, texts), Positions: longest, Sentences: 1}
}

// marks are the [CLS] and [SEP] of a text in pieces.
const marks = 2

// distinctWords is a guess from below: batches repeat a word more rarely.
func distinctWords(n rationalizer.Size) int64 { return int64(n.Examples) * int64(n.Positions) / 8 }

// vocabulary is how many vectors the run's data has, as far as that is known.
func (r *Run) vocabulary() int {
	if r.begun == nil {
		return 0
	}
	return r.begun.form.Vocabulary
}

// config is what is known of the graphs when a run is planned.
func (r *Run) config(data source) rationalizer.Config {
	flags, constants, _ := r.Method.Split(r.Settings.Options)
	c := rationalizer.Config{
		Method: r.Method.Name, Encoder: r.Encoder, Classes: len(data.classes), Width: embeddings.DefaultDim,
		Hyper: r.Settings.Hyper, Graph: r.Settings.GraphHyper, BERT: r.begun.encoders(r.Settings), Flags: flags, Constants: constants,
		Unit: r.Settings.unit(), Query: data.query, Marks: r.begun != nil, StepsPerRun: r.Settings.StepsPerRun,
	}
	switch {
	case c.BERT != nil:
		c.Width = c.BERT.Width
	case data.graphs:
		c.Width = data.features
	}
	return c
}
