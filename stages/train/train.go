// Package train is the stage that runs a step graph over a dataset,
// evaluates on the development split after each epoch, and keeps the epoch
// with the best development accuracy. It measures every epoch on the test split
// too, for tables that show beside the result what choosing the epoch there would
// have given; nothing is chosen by it.
//
// Its output: checkpoint.safetensors (the chosen epoch), state.safetensors
// (everything after the last epoch), records.csv (one number a row, without the
// labels of the run) and run.json (what was run and which epoch was chosen).
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
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"time"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/memory"
	"rationale/stages/shards"
	"rationale/stages/weights"
)

// The roles of the stage's inputs.
const (
	DataRole    = graphs.DataRole
	GraphsRole  = "graphs"
	WeightsRole = "weights" // what the run starts from
	ReaderRole  = "reader"  // a finished run: the classifier that reads with the model, or the model that an attacker probes
	// ScalarsRole is a choice of scalars that an earlier stage made, such as a
	// sparsity target; absent when the parameters say them all.
	ScalarsRole = "scalars"
)

// Names of the output files.
const (
	StateFile   = "state.safetensors"
	RecordsFile = "records.csv"
	RunFile     = "run.json"
	// ScalarsFile is a JSON object of scalars by name, in the role ScalarsRole.
	ScalarsFile = "scalars.json"
)

// Params are the settings of a run that are not in its graphs.
type Params struct {
	Dataset string `json:"dataset"`
	Seed    uint64 `json:"seed"`
	Epochs  int    `json:"epochs"`
	Batch   int    `json:"batch"`
	Texts   int    `json:"texts"` // trained on, the first of the split; 0 for all
	// Scalars are the numbers that each step is given beside the learning rate.
	Scalars   map[string]float64 `json:"scalars"`
	Rate      float64            `json:"learning_rate"`
	Decay     float64            `json:"decay"` // of the rate, per epoch; 1 keeps it
	LeastRate float64            `json:"least_rate"`
	// Bucket sorts the texts of that many batches by length before cutting
	// them into batches, so that short texts are not padded to long ones; 0
	// leaves the shuffled order. Padding "paper" leaves it in any case.
	Bucket int             `json:"bucket"`
	Engine backend.Backend `json:"engine"`
	// Sampling times the poisoned texts; buckets are then left out.
	Sampling examples.Sampling `json:"sampling,omitempty"`
	// Select says by what the epoch is chosen.
	Select Selection `json:"select,omitempty"`
	// Anneal is how many epochs the target of the sparsity takes to come down from 1,
	// so that the predictor sees whole examples first. None of them is chosen.
	Anneal int `json:"anneal,omitempty"`
	// Shards is how many parts of a batch a step works on at once, a core each (see
	// stages/shards). Another number gives other last digits. 0 and 1 are one graph.
	Shards int `json:"shards,omitempty"`
}

// Check names the first setting that makes no sense, with its range.
func (p Params) Check() error {
	whole := rationalizer.Range{Most: math.MaxInt32}
	counted := rationalizer.Range{Least: 1, Most: math.MaxInt32}
	return cmp.Or(
		rationalizer.Within(counted, "epochs", p.Epochs),
		rationalizer.Within(counted, "batch", p.Batch),
		rationalizer.Within(whole, "train_texts", p.Texts),
		rationalizer.Within(whole, "bucket", p.Bucket),
		rationalizer.Within(rationalizer.Range{Most: shards.Most}, "shards", p.Shards),
		rationalizer.Within(rationalizer.Positive, "learning_rate", p.Rate),
		rationalizer.Within(rationalizer.Range{Most: 1, Above: true}, "decay", p.Decay),
		rationalizer.Within(rationalizer.NotNegative, "least_rate", p.LeastRate),
		p.Sampling.Check(),
		p.Select.Check(),
		p.checkAnneal(),
	)
}

// keepEvery is the longest time that a killed run loses, beside what it takes
// to start and to evaluate an epoch. It decides when state is saved and nothing
// else: no byte of the output depends on it.
const keepEvery = 5 * time.Minute

// Stage is one training run.
type Stage struct {
	params    Params
	open      examples.Open
	keepEvery time.Duration
}

// New makes the stage; open opens its data.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open, keepEvery} }

// Name is "train".
func (*Stage) Name() string { return "train" }

// Version of the training loop.
func (*Stage) Version() int { return 6 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run trains from the start, or from the state that an earlier attempt left.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	r, err := s.start(env)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.resume(); err != nil {
		return err
	}
	r.env.Progress.Total(int64(r.train.Len() * s.params.Epochs))
	r.env.Progress.Advance(int64(r.train.Len()*r.epoch+r.log.examples), "")
	for r.epoch < s.params.Epochs {
		epoch := r.epoch + 1
		if err := r.runEpoch(ctx); err != nil {
			return fmt.Errorf("epoch %d: %w", epoch, err)
		}
	}
	return r.write(env.Out)
}

// run is a training run in progress.
type run struct {
	params Params
	env    *stages.Env
	made   graphs.Made
	// poisoned says how the training texts were; see examples.Shape.
	poisoned string
	order    examples.Order
	feeder   examples.Feeder
	train    examples.Set
	devSet   examples.Set
	testSet  examples.Set

	runtime *runtime.Runtime
	steps   *steps
	dev     *measure.Evaluator

	epoch   int       // completed ones
	done    int64     // completed steps, those of the epoch at work included
	log     *epochLog // of the epoch at work
	history []measure.Number
	best    Choice

	keepEvery time.Duration
	kept      time.Time // when the state was last saved

	starting start // until the first step is taken
}

// start reads the inputs and starts the sessions.
func (s *Stage) start(env *stages.Env) (_ *run, err error) {
	r := &run{params: s.params, env: env, keepEvery: s.keepEvery, kept: time.Now(), starting: start{began: time.Now()}}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if r.made, err = graphs.ReadMade(env.Inputs[GraphsRole]); err != nil {
		return nil, err
	}
	r.log = newEpochLog(r.made.Spec)
	data, err := s.open(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	if err := r.readExamples(data); err != nil {
		return nil, err
	}
	if err := r.prepareFeeds(data.Shape()); err != nil {
		return nil, err
	}
	r.starting.read = time.Now()
	err = r.startSessions(data)
	r.starting.opened, r.starting.memory = time.Now(), memory.Resident()
	return r, err
}

// readExamples reads the splits.
func (r *run) readExamples(data examples.Data) error {
	shape := data.Shape()
	r.poisoned = shape.Poisoned
	if len(shape.Classes) != r.made.Classes {
		return fmt.Errorf("dataset %s has %d classes and the graphs were made for %d", shape.Dataset, len(shape.Classes), r.made.Classes)
	}
	if shape.Query != r.made.Query {
		return fmt.Errorf("dataset %s has queries: %v; the graphs were made for data with queries: %v", shape.Dataset, shape.Query, r.made.Query)
	}
	if shape.Marks != r.made.Marks {
		return fmt.Errorf("dataset %s is read with marks: %v; the graphs were made for data with marks: %v", shape.Dataset, shape.Marks, r.made.Marks)
	}
	train, err := data.Split("train")
	if err != nil {
		return err
	}
	if r.train, err = r.taught(examples.First(train, r.params.Texts)); err != nil {
		return err
	}
	if r.devSet, err = data.Split("dev"); err != nil {
		return err
	}
	if r.testSet, err = data.Split("test"); err != nil {
		return err
	}
	if r.train.Len() == 0 || r.devSet.Len() == 0 {
		return fmt.Errorf("dataset %s has %d training and %d development texts; both are needed", shape.Dataset, r.train.Len(), r.devSet.Len())
	}
	return r.checkChoice()
}

// prepareFeeds says what the steps are given.
func (r *run) prepareFeeds(shape examples.Shape) error {
	scalars, err := r.scalars()
	if err != nil {
		return err
	}
	r.order = examples.Order{Seed: r.params.Seed, Batch: r.params.Batch, Bucket: r.params.Bucket}
	if r.made.Hyper.Padding == rationalizer.Paper {
		r.order.Bucket = 0 // all are equally long anyway
	}
	if r.params.Sampling != examples.Uniform {
		if r.order.Deal, err = examples.NewDeal(r.params.Sampling, r.params.Epochs, r.train); err != nil {
			return err
		}
	}
	feeder := examples.Feeder{Spec: r.made.Spec, Seed: r.params.Seed, Positions: shape.Longest, Scalar: r.moving(scalars)}
	r.feeder, err = feeder.Learn(r.train)
	return err
}

// scalars are those of the parameters, with what an earlier stage chose in their
// place.
func (r *run) scalars() (map[string]float64, error) {
	all := map[string]float64{}
	maps.Copy(all, r.params.Scalars)
	if dir, ok := r.env.Inputs[ScalarsRole]; ok {
		if err := stages.ReadJSON(filepath.Join(dir, ScalarsFile), &all); err != nil {
			return nil, err
		}
	}
	if _, ok := all[sparsity]; !ok && r.params.Anneal > 0 {
		return nil, fmt.Errorf("settings: anneal = %d, and %s has no target of sparsity in its steps that could come down; leave it out", r.params.Anneal, r.made.Method)
	}
	return all, r.made.Spec.CheckScalars(all)
}

// startSessions opens the library and the models.
func (r *run) startSessions(data examples.Data) (err error) {
	fixed, err := Fixed(r.env, data, r.made.Spec)
	if err != nil {
		return err
	}
	if r.runtime, err = r.params.Engine.Open(); err != nil {
		return err
	}
	dir := r.env.Inputs[GraphsRole]
	if r.dev, err = measure.NewEvaluator(r.runtime, filepath.Join(dir, graphs.DevModel), r.made.Spec, fixed); err != nil {
		return err
	}
	outside, err := Outside(r.runtime, r.env, r.made.Spec)
	if err != nil {
		return err
	}
	r.dev.Ask(outside, false)
	params, err := weights.ReadCheckpoint(filepath.Join(r.env.Inputs[WeightsRole], weights.Checkpoint), r.layouts())
	if err != nil {
		return err
	}
	r.steps, err = openSteps(r.runtime, dir, r.made, r.params.Shards, params, fixed)
	return err
}

// close closes the library and with it all sessions.
func (r *run) close() {
	if r.runtime != nil {
		r.runtime.Close()
	}
}

func (r *run) layouts() []nn.Layout { return r.made.Spec.Layouts }
