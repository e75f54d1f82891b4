package train

import (
	"io"
	"path/filepath"

	"rationale/plots"
	"rationale/stages"
	"rationale/stages/measure"
)

const sampled = "sampled"

// note keeps numbers of the epoch.
func (r *run) note(split string, numbers []measure.Number) {
	for _, n := range numbers {
		n.Epoch, n.Split, n.Mask = r.epoch, split, sampled
		r.history = append(r.history, n)
	}
}

// writeRecords writes the run's numbers as tidy records. Whose they are, the
// planner of the run knows.
func (r *run) writeRecords(dir string) error {
	records := make([]plots.Record, len(r.history))
	for i, n := range r.history {
		records[i] = plots.Record{
			Stage: "train", Split: n.Split, Mask: n.Mask, Metric: n.Metric,
			Epoch: n.Epoch, Selected: n.Epoch == r.best.Epoch, Value: n.Value,
		}
	}
	return WriteRecords(filepath.Join(dir, RecordsFile), records)
}

// WriteRecords writes records to a file, in the order of their keys.
func WriteRecords(path string, records []plots.Record) error {
	return stages.WriteFile(path, func(w io.Writer) error { return plots.WriteRecords(w, records) })
}
