// Package train is the stage that runs a step graph over a tokenized dataset,
// evaluates on the development split after each epoch, and keeps the epoch
// with the best development accuracy.
//
// Its output: checkpoint.safetensors (the chosen epoch), state.safetensors
// (everything after the last epoch), records.csv (one number a row) and
// run.json (what was run and which epoch was chosen).
//
// A run that is stopped goes on from where it last saved its state, which it
// does after each epoch and every few minutes within one, and comes to the same
// bytes. With K > 1 steps in one run of the graph, batches are grouped K
// at a time in their order; those that do not fill a group, and those of
// another size, are stepped singly on the same state. In padding "paper" any K
// gives the same bytes; in "trim" the texts of a group are padded to the
// longest of the group, which changes the coherence term's denominator.
package train

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/export"
	"rationale/stages/tokenize"
)

// The roles of the stage's inputs.
const (
	DataRole   = "data"   // a tokenized dataset
	GraphsRole = "graphs" // an export
	ReaderRole = "reader" // a trained classifier, where the method reads with one
)

// Names of the output files.
const (
	StateFile   = "state.safetensors"
	RecordsFile = "records.csv"
	RunFile     = "run.json"
)

// Params are the settings of a run that are not in its graphs.
type Params struct {
	Dataset   string  `json:"dataset"`
	Encoder   string  `json:"encoder"`
	Seed      uint64  `json:"seed"`
	Epochs    int     `json:"epochs"`
	Batch     int     `json:"batch"`
	Texts     int     `json:"texts"` // trained on, the first of the split; 0 for all
	Rate      float64 `json:"learning_rate"`
	Decay     float64 `json:"decay"` // of the rate, per epoch; 1 keeps it
	LeastRate float64 `json:"least_rate"`
	// Bucket sorts the texts of that many batches by length before cutting
	// them into batches, so that short texts are not padded to long ones; 0
	// leaves the shuffled order. Padding "paper" leaves it in any case.
	Bucket int     `json:"bucket"`
	Engine Backend `json:"engine"`
}

// Backend is what computes. It is part of a run's identity, because another
// library, provider or number of threads gives other last digits.
type Backend struct {
	Provider string `json:"provider"`
	Library  string `json:"library"` // its SHA-256
	Device   int    `json:"device"`
	TF32     bool   `json:"tf32,omitempty"` // see runtime.Options
	Threads  int    `json:"threads"`        // inside an operator
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	for _, c := range []struct {
		ok   bool
		what string
	}{
		{p.Epochs > 0, "epochs must be positive"},
		{p.Batch > 0, "batch must be positive"},
		{p.Texts >= 0, "train_texts must not be negative"},
		{p.Rate > 0, "learning_rate must be positive"},
		{p.Decay > 0 && p.Decay <= 1, "decay must be above 0 and at most 1"},
		{p.LeastRate >= 0, "least_rate must not be negative"},
		{p.Bucket >= 0, "bucket must not be negative"},
	} {
		if !c.ok {
			return fmt.Errorf("settings: %s (%+v)", c.what, p)
		}
	}
	return nil
}

func (p Params) schedule(stepsPerEpoch int) nn.Schedule {
	return nn.Schedule{Rate: p.Rate, Decay: p.Decay, Least: p.LeastRate, Every: int64(stepsPerEpoch)}
}

// keepEvery is the longest time that a killed run loses, beside what it takes
// to start and to evaluate an epoch. It decides when state is saved and nothing
// else: no byte of the output depends on it.
const keepEvery = 5 * time.Minute

// Stage is one training run.
type Stage struct {
	params    Params
	keepEvery time.Duration
}

// New makes the stage.
func New(p Params) *Stage { return &Stage{p, keepEvery} }

// Name is "train".
func (*Stage) Name() string { return "train" }

// Version of the training loop.
func (*Stage) Version() int { return 3 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run trains from the start, or from the state that an earlier attempt left.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	r, err := s.open(env)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.resume(); err != nil {
		return err
	}
	r.env.Progress.Total(int64(len(r.train) * s.params.Epochs))
	r.env.Progress.Advance(int64(len(r.train)*r.epoch+r.log.texts), "")
	for r.epoch < s.params.Epochs {
		if err := r.runEpoch(ctx); err != nil {
			return fmt.Errorf("epoch %d: %w", r.epoch+1, err)
		}
	}
	return r.write(env.Out)
}

// run is a training run in progress.
type run struct {
	params  Params
	env     *stages.Env
	batcher batcher
	train   []tokenize.Text
	devSet  []tokenize.Text

	runtime *runtime.Runtime
	steps   *steps
	dev     *Evaluator

	epoch   int       // completed ones
	done    int64     // completed steps, those of the epoch at work included
	log     *epochLog // of the epoch at work
	history []Number
	best    Choice

	keepEvery time.Duration
	kept      time.Time // when the state was last saved
}

// open reads the inputs and starts the sessions.
func (s *Stage) open(env *stages.Env) (_ *run, err error) {
	r := &run{params: s.params, env: env, log: newEpochLog(), keepEvery: s.keepEvery, kept: time.Now()}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	spec, err := export.ReadSpec(env.Inputs[GraphsRole])
	if err != nil {
		return nil, err
	}
	summary, err := tokenize.ReadSummary(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	if len(summary.Classes) != spec.Classes {
		return nil, fmt.Errorf("dataset %s has %d classes and the graphs were made for %d", summary.Dataset, len(summary.Classes), spec.Classes)
	}
	r.batcher = newBatcher(spec, s.params, summary.MaxLength)
	if err := r.readTexts(); err != nil {
		return nil, err
	}
	return r, r.start(spec)
}

func (r *run) readTexts() (err error) {
	if r.train, err = tokenize.Read(r.env.Inputs[DataRole], "train"); err != nil {
		return err
	}
	if n := r.params.Texts; n > 0 {
		r.train = r.train[:min(n, len(r.train))]
	}
	if r.devSet, err = tokenize.Read(r.env.Inputs[DataRole], "dev"); err != nil {
		return err
	}
	if len(r.train) == 0 || len(r.devSet) == 0 {
		return fmt.Errorf("dataset %s has %d training and %d development texts; both are needed", r.params.Dataset, len(r.train), len(r.devSet))
	}
	return nil
}

// start opens the library and the sessions.
func (r *run) start(spec rationalizer.Spec) (err error) {
	fixed, err := FixedInputs(r.env, spec)
	if err != nil {
		return err
	}
	if r.runtime, err = OpenBackend(r.params.Engine); err != nil {
		return err
	}
	graphs := r.env.Inputs[GraphsRole]
	if r.dev, err = NewEvaluator(r.runtime, filepath.Join(graphs, export.DevModel), spec, fixed); err != nil {
		return err
	}
	params, err := export.ReadCheckpoint(filepath.Join(graphs, export.Checkpoint), spec.Layouts)
	if err != nil {
		return err
	}
	r.steps, err = openSteps(r.runtime, graphs, spec, params, fixed)
	return err
}

// close closes the library and with it all sessions.
func (r *run) close() {
	if r.runtime != nil {
		r.runtime.Close()
	}
}

func (r *run) layouts() []nn.Layout { return r.batcher.spec.Layouts }
