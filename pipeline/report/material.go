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
	Figures []Figure
	Runs    []Run
	Data    []Dataset
	Records []plots.Record // of all runs
	// Damaged are artifacts of the store that are no part of this and cannot
	// be read.
	Damaged []engine.DamageError
}

// Figure is one drawn experiment.
type Figure struct {
	Name, Title, Paper, Expect string
	Claims                     []Claim
	Datasets                   []plots.DatasetSpec // those drawn, in order
	PNG                        []byte
}

// Run is one finished training run.
type Run struct {
	ID, EvaluationID string
	Method, Dataset  string
	Seed             uint64
	Settings         [][2]string // name, value
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
