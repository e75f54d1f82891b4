package train

import (
	"io"
	"path/filepath"

	"rationale/plots"
	"rationale/stages"
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

const sampled = "sampled"

func (r *run) add(split, mask, name string, value float64) {
	r.history = append(r.history, Number{r.epoch, split, mask, name, value})
}

// noteTraining notes what the epoch's training steps measured on the way, with
// dropout on and on parameters that moved meanwhile. An epoch reads each text
// of the split once, so the split's classes are the epoch's.
func (r *run) noteTraining(log *epochLog) {
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
		r.noteAttack(log.hits["attack_hits"], classCounts(r.train, r.batcher.spec.Classes))
	}
}

// noteAttack notes the attacker's successes, counted by true class, on so many
// texts of each.
func (r *run) noteAttack(hits []float64, texts []int) {
	r.add("train", sampled, "asr", balanced(hits, texts))
	r.add("train", sampled, "asr_raw", sum(hits)/float64(len(r.train)))
	for c, n := range hits {
		if texts[c] > 0 {
			r.add("train", sampled, ClassASR(c), n/float64(texts[c]))
		}
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
	return stages.WriteFile(path, func(w io.Writer) error { return plots.WriteRecords(w, records) })
}
