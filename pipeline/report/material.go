package report

import (
	"time"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
)

// Material is everything that a report shows.
type Material struct {
	Title   string
	Command string // that makes it again
	Profile string
	Library string // onnxruntime's version and digest, and the provider
	// Experiments are those that were asked for, in order.
	Experiments []Experiment
	Runs        []Run
	Data        []Dataset
	Graphs      []GraphDataset
	Records     []plots.Record // of all runs
	// Damaged are artifacts of the store that are no part of this and cannot
	// be read.
	Damaged []engine.DamageError
}

// Experiment is one experiment with its figures and tables.
type Experiment struct {
	Name, Title, Paper, Expect string
	Figures                    []Figure
	Tables                     []Table
	Claims                     []plots.Claim
	Datasets                   []plots.DatasetSpec // those drawn, in order
	Records                    []plots.Record      // of its own runs
}

// Figure is a drawn figure.
type Figure struct {
	Name string
	PNG  []byte
}

// Table is a filled table.
type Table struct {
	Name string
	*plots.Table
}

// Run is one finished training run.
type Run struct {
	ID, EvaluationID string
	DataID           string // the dataset that it read, tokenized if it is of texts
	Labels           plots.Labels
	Settings         [][2]string // name, value
	Attempts         []Attempt   // of the search for its s; none where s was given
	ChosenEpoch      int
	Seconds          float64 // of training
	PeakRSS          int64   // of the process, in bytes
	Finished         time.Time
	Examples         []evaluate.Example
}

// Dataset is one tokenized dataset.
type Dataset struct {
	ID string
	tokenize.Summary
}

// dataset is the name of the run's dataset.
func (r Run) dataset() string { return r.Labels["dataset"] }

// kind is the run's method, with what tells it from other runs of the method on
// the same dataset, the seed aside.
func (m Material) kind(r Run) string {
	var others []plots.Labels
	for _, other := range m.Runs {
		if other.dataset() == r.dataset() && other.Labels["method"] == r.Labels["method"] {
			others = append(others, other.Labels)
		}
	}
	return r.Labels["method"] + r.Labels.Apart(others)
}

// named is the run's kind and dataset.
func (m Material) named(r Run) string { return m.kind(r) + " on " + r.dataset() }
