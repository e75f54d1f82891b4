package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rationale/pipeline/checkpoints"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
)

// scope says which experiments at which size.
type scope struct {
	Experiments  []string                   `arg:"" optional:"" name:"experiment" help:"Names from \"list experiments\", or all; the headline experiments when there is none."`
	Profile      string                     `enum:"smoke,quick,paper" default:"quick" help:"Size: smoke (minutes), quick or paper (the papers' own settings)."`
	Seeds        *int                       `placeholder:"N" help:"Runs of each kind; the profile's number unless given."`
	Dataset      []string                   `placeholder:"NAME" help:"Only this dataset; may be repeated. Every one that is there unless given."`
	Target       []float64                  `placeholder:"S" help:"Of the experiments' target sparsities only this one; may be repeated. Those that the profile has time for unless given."`
	Checkpoint   string                     `placeholder:"DIR" help:"Of experiments with a pre-trained encoder: the folder of the checkpoint that it begins with, in place of the small one that \"fetch bert\" brings."`
	Attempts     *int                       `placeholder:"N" help:"Runs that a search for a target sparsity may take; the profile's number unless given. Tables mark what is off its target."`
	SparsityFrom experiments.SparsitySource `enum:"dev,annotations" default:"dev" help:"Texts on which the sparsity that a run reaches is read: dev, or annotations (of the test texts, as A2I's authors did; tables say so)."`
}

// mostRuns is more than anybody has the time for.
const mostRuns = 1000

// Validate is called by kong.
func (s *scope) Validate() error {
	return cmp.Or(runsGiven("--seeds", s.Seeds), runsGiven("--attempts", s.Attempts))
}

func runsGiven(flag string, n *int) error {
	if n != nil && (*n < 1 || *n > mostRuns) {
		return fmt.Errorf("%s %d: expected 1 to %d", flag, *n, mostRuns)
	}
	return nil
}

// orProfile is a number that was given; 0 for the profile's.
func orProfile(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// reproduceCmd is `rationale reproduce`.
type reproduceCmd struct {
	scope
	DryRun bool `help:"Say what would be done, and why; write nothing."`
	JSON   bool `name:"json" help:"With --dry-run: the decisions as JSON."`
}

// Help is shown by --help.
func (*reproduceCmd) Help() string {
	return `Figures, tables, records and the report appear in OUT/results. What is done already is not done again; stopped anywhere, the same command goes on from there.

Examples:

    rationale reproduce --profile smoke
    rationale reproduce a2i-fig6 --dataset tweets --seeds 3
    rationale reproduce all --profile paper --dry-run`
}

// Run makes what is missing and publishes the results.
func (c *reproduceCmd) Run(ctx context.Context, a *app) error {
	w, err := a.plan(c.scope)
	if err != nil {
		return err
	}
	if c.DryRun {
		return w.tell(ctx, a, c.JSON)
	}
	if err := a.checkProvider(ctx, w.plan, w.store); err != nil {
		return err
	}
	for _, note := range w.batch.Notes {
		a.say("%s", note)
	}
	started := time.Now()
	last, made, failed := w.finish(ctx, a)
	if last == nil {
		return failed
	}
	written, err := last.batch.Publish(last.store, last.plan, a.resultsDir())
	if err != nil {
		return errors.Join(failed, fmt.Errorf("publishing results: %w", err))
	}
	for _, path := range written {
		a.printf("%s\n", path)
	}
	a.say("%d of %d stages made, %d files written to %s (%v)", made, len(last.plan.Steps()),
		len(written), a.resultsDir(), time.Since(started).Round(100*time.Millisecond))
	return failed
}

// lab looks around for library, word vectors and datasets, and warns of those
// that are damaged.
func (a *app) lab(o experiments.Options) (*experiments.Lab, error) {
	vectors, err := embeddingsDir()
	if err != nil {
		return nil, err
	}
	fetched, err := checkpoints.Dir()
	if err != nil {
		return nil, err
	}
	o.Data, o.Embeddings, o.Checkpoints = a.dataDir(), vectors, fetched
	o.Provider, o.Device, o.TF32 = a.Provider, a.Device, a.TF32
	lab, err := experiments.NewLab(o)
	if err != nil {
		return nil, err
	}
	for _, damaged := range lab.Damaged() {
		a.log.Warn("damaged, and not used", "what", damaged.What, "why", damaged.Err)
	}
	return lab, nil
}

// planError tells a mistake in the command line from something that is missing
// or damaged.
func planError(err error) error {
	var damaged *experiments.DamageError
	for _, lacking := range []error{experiments.ErrNoVectors, checkpoints.ErrMissing, checkpoints.ErrDamaged} {
		if errors.Is(err, lacking) {
			return err
		}
	}
	if errors.As(err, &damaged) {
		return err
	}
	return usageError{err}
}

// plan reads only; it writes nothing.
func (a *app) plan(s scope) (*work, error) {
	store, err := a.store()
	if err != nil {
		return nil, err
	}
	lab, err := a.lab(experiments.Options{
		Profile: s.Profile, Seeds: orProfile(s.Seeds), Targets: s.Target, Attempts: orProfile(s.Attempts), Checkpoint: s.Checkpoint, SparsityFrom: s.SparsityFrom, Store: store,
	})
	if err != nil {
		return nil, err
	}
	w := &work{scope: s, lab: lab, store: store}
	return w, w.look()
}

func (a *app) engineOptions(store *engine.Store) engine.Options {
	return engine.Options{
		Store: store, Jobs: a.Jobs, KeepGoing: true, LockWait: engine.Forever,
		Progress: a.display, Log: a.log, Command: a.args,
	}
}

// outlook is what a plan has to do.
type outlook struct {
	Profile   string            `json:"profile"`
	Notes     []string          `json:"notes"`
	Further   int               `json:"further_runs,omitempty"` // at most so many may follow
	Stages    int               `json:"stages"`
	Stale     int               `json:"stale"`
	Decisions []engine.Decision `json:"decisions"`
	// Damaged are artifacts of the store that no experiment here needs and
	// whose manifests cannot be read.
	Damaged []damaged `json:"damaged,omitempty"`

	leftOut []string // those of the notes
}

func (w *work) outlook(ctx context.Context) (*outlook, error) {
	decisions, err := w.plan.Check(ctx, w.store)
	if err != nil {
		return nil, err
	}
	o := &outlook{Profile: w.batch.Profile, Notes: w.batch.Notes, Further: w.batch.Further, leftOut: w.batch.LeftOut, Stages: len(decisions), Decisions: decisions}
	for _, d := range decisions {
		if d.Run {
			o.Stale++
		}
	}
	o.Damaged, err = w.damagedElsewhere(decisions)
	return o, err
}

// damagedElsewhere lists the store's damaged artifacts that are not among the
// decisions, which tell of their own.
func (w *work) damagedElsewhere(decisions []engine.Decision) ([]damaged, error) {
	all, err := w.store.List()
	var list []damaged
	for _, d := range all.Damaged {
		if !slices.ContainsFunc(decisions, func(known engine.Decision) bool { return known.ID == d.ID }) {
			list = append(list, newDamaged(w.store, d))
		}
	}
	return list, err
}

// tell prints what there is to do.
func (w *work) tell(ctx context.Context, a *app, asJSON bool) error {
	o, err := w.outlook(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(o)
	}
	return o.print(a)
}

func (o *outlook) print(a *app) error {
	rows := [][]string{{"STATE", "ARTIFACT", "WHAT", "WHY"}}
	for _, d := range o.Decisions {
		state := "done"
		if d.Run {
			state = "to do"
		}
		rows = append(rows, []string{state, d.ID, d.Label, d.Reason})
	}
	for _, d := range o.Damaged {
		rows = append(rows, []string{"damaged", d.ID, d.Label, d.Fault})
	}
	if err := a.printTable(rows); err != nil {
		return err
	}
	a.printf("%d of %d stages to do\n", o.Stale, o.Stages)
	notes := o.Notes
	if o.Stale == 0 {
		notes = o.leftOut
	}
	for _, note := range notes {
		a.printf("%s\n", note)
	}
	return nil
}
