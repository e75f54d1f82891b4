package train

import (
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/rationalizer/metric"
	"rationale/plots"
	"rationale/stages/tokenize"
)

// Number is one measured number of a run, without the keys that all its
// numbers share.
type Number struct {
	Epoch  int     `json:"epoch"`
	Split  string  `json:"split"`
	Mask   string  `json:"mask,omitempty"`
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
}

// choice is the epoch that is kept: the first with the best development
// accuracy.
type choice struct {
	Epoch    int     `json:"epoch"`
	Accuracy float64 `json:"dev_accuracy"`
	weights  Weights
}

const sampled = "sampled"

func (r *run) add(split, mask, name string, value float64) {
	r.history = append(r.history, Number{r.epoch, split, mask, name, value})
}

// noteTraining notes what the epoch's training steps measured on the way, with
// dropout on and on parameters that moved meanwhile.
func (r *run) noteTraining(log *epochLog) {
	perClass := classCounts(r.train, log.classes)
	r.add("train", sampled, "accuracy", log.rate("hits"))
	r.add("train", sampled, "loss", log.mean("loss/model"))
	for _, m := range []struct{ output, name string }{
		{"share", "sparsity"}, {"entropy", "entropy"}, {"coherence", "coherence"},
	} {
		if _, ok := log.sums[m.output]; ok {
			r.add("train", sampled, m.name, log.mean(m.output))
		}
	}
	if _, ok := log.hits["r2f_hits"]; ok {
		r.add("train", sampled, "accuracy_r2f", log.rate("r2f_hits"))
	}
	if _, ok := log.hits["attack_hits"]; ok {
		r.add("train", sampled, "asr", log.balanced("attack_hits", perClass))
		r.add("train", sampled, "asr_raw", log.rate("attack_hits"))
	}
}

func classCounts(texts []tokenize.Text, classes int) []int {
	n := make([]int, classes)
	for _, t := range texts {
		n[t.Label]++
	}
	return n
}

func (r *run) noteScores(split string, s *Scores) {
	for _, n := range s.Numbers() {
		r.add(split, sampled, n.Metric, n.Value)
	}
}

// Numbers lists what was measured, shares as fractions; what the model or the
// data do not have is left out.
func (s *Scores) Numbers() []Number {
	var out []Number
	add := func(name string, v metric.Ratio) {
		if v.Defined {
			out = append(out, Number{Metric: name, Value: v.Value})
		}
	}
	add("accuracy", s.Accuracy.Rates().Raw)
	add("accuracy_full_text", s.FullText.Rates().Raw)
	add("accuracy_gold", s.Gold.Rates().Raw)
	add("accuracy_r2f", s.Reader.Rates().Raw)
	add("asr", s.Attack.Rates().Balanced)
	add("asr_raw", s.Attack.Rates().Raw)
	add("sparsity", s.Share.Micro().S)
	if m := s.Rationale.Micro(); m.W > 0 && m.GP > 0 {
		add("rationale_sparsity", m.S)
		add("precision", m.P)
		add("recall", m.R)
		add("f1", m.F1)
		add("f1_random", m.RandomF1())
		add("gold_share", m.GoldShare())
	}
	return out
}

// writeRecords writes the run's numbers as tidy records.
func (r *run) writeRecords(dir, method string) error {
	records := make([]plots.Record, len(r.history))
	for i, n := range r.history {
		records[i] = plots.Record{
			Stage: "train", Dataset: r.params.Dataset, Method: method, Encoder: r.params.Encoder,
			Seed: int64(r.params.Seed), Epoch: n.Epoch, Split: n.Split, Mask: n.Mask,
			Metric: n.Metric, Value: n.Value, Selected: n.Epoch == r.best.Epoch,
		}
	}
	return WriteRecords(filepath.Join(dir, RecordsFile), records)
}

// WriteRecords writes records to a file, in the order of their keys.
func WriteRecords(path string, records []plots.Record) error {
	plots.SortRecords(records)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := plots.WriteRecords(f, records); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
