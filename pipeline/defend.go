package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/alecthomas/kong"

	"rationale/datasets"
	"rationale/datasets/publish"
	"rationale/datasets/spelling"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages"
	"rationale/stages/dataset"
)

// defence is a way to disarm a backdoor.
type defence struct {
	name string
	run  func(c *defendCmd, ctx context.Context, a *app) error
}

// defences lists all of them.
var defences = []defence{
	{"zscore", (*defendCmd).filter},
	{"adversarial", (*defendCmd).harden},
	{"onion", (*defendCmd).clean},
	{"attdef", (*defendCmd).clean},
}

func defenceNames() []string {
	var names []string
	for _, d := range defences {
		names = append(names, d.name)
	}
	return names
}

// defendCmd is `rationale defend`.
type defendCmd struct {
	Target   string   `arg:"" name:"dataset|run" help:"Of zscore and adversarial: the dataset that may be poisoned; see \"list datasets\". Of onion and attdef: the run; see \"list runs\"."`
	Defence  string   `required:"" placeholder:"NAME" help:"What is done: ${defences}."`
	Name     string   `of:"zscore,adversarial" placeholder:"NAME" help:"Of zscore and adversarial: name of the new dataset."`
	Factor   float64  `of:"zscore" placeholder:"F" default:"20" help:"Of zscore: standard deviations that a word's score may lie from the mean; 0 looks for a gap below the highest scores."`
	Trigger  []string `of:"adversarial" sep:"none" placeholder:"WORDS" help:"Of adversarial: the words of a trigger to be seen with the right label, in quotes; may be repeated."`
	Level    string   `of:"adversarial" enum:"token,sentence" default:"token" help:"Of adversarial: the trigger is part of a sentence (token), or one of its own (sentence)."`
	Position string   `of:"adversarial" enum:"rationale,begin,end,random" default:"rationale" help:"Of adversarial: where the trigger goes: rationale, begin, end or random."`
	Seed     uint64   `of:"adversarial" default:"1" placeholder:"N" help:"Of adversarial: seed of the choice of texts."`
	runDefenceFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*defendCmd) Help() string {
	return `Before training: makes a dataset that is harder to plant a backdoor with. The new one lies beside the imported ones, says what it was made from, and stays marked as poisoned if the other was.

zscore drops training texts with a word that goes with their label far more often than chance allows. adversarial adds a tenth as many training texts that carry a trigger and keep their label, so that a model that is trained on them learns to read past triggers.

After training: measures a finished run before and after suspicious words are taken out of its test texts. Words go in the order of their suspicion, as far as it costs little accuracy on development texts.

onion takes out words that make a text less fluent to a language model, attdef those that the run's answer leans on most. With --triggered and --class the attack is measured too.

Examples:

    rationale defend suspicious --defence zscore --name filtered
    rationale defend suspicious --defence zscore --factor 0 --name filtered --json
    rationale defend suspicious --defence adversarial --trigger cf --trigger "season doubling !" --level sentence --name hardened
    rationale defend "RNP on fever-poisoned, seed 1" --defence onion --clean fever --triggered fever-triggered --class REFUTES
    rationale defend train-0123 --defence attdef --json`
}

// Validate is called by kong.
func (c *defendCmd) Validate(parsed *kong.Context) error {
	if _, err := c.defence(); err != nil {
		return err
	}
	return heeded(parsed, "defence", c.Defence)
}

func (c *defendCmd) defence() (defence, error) {
	for _, d := range defences {
		if d.name == c.Defence {
			return d, nil
		}
	}
	return defence{}, fmt.Errorf("no defence %q: %s", c.Defence, spelling.Hint(c.Defence, defenceNames()))
}

// Run defends.
func (c *defendCmd) Run(ctx context.Context, a *app) error {
	d, err := c.defence()
	if err != nil {
		return usageError{err}
	}
	return d.run(c, ctx, a)
}

// clean is a defence of a finished run.
func (c *defendCmd) clean(ctx context.Context, a *app) error {
	return (&defendRunCmd{Name: c.Target, Defence: c.Defence, runDefenceFlags: c.runDefenceFlags, JSON: c.JSON}).Run(ctx, a)
}

// defended is the dataset that a defence made, and what the defence says of it.
type defended[Report any] struct {
	Dataset  string `json:"dataset"`  // its folder
	Artifact string `json:"artifact"` // with the report
	Report   Report `json:"report"`
}

// disarm makes the dataset that a defence plans, puts it among the imported ones, reads
// the defence's report and shows it.
func disarm[Report any](ctx context.Context, c *defendCmd, a *app, reportFile string,
	plan func(*experiments.Lab) (*engine.Node, error), show func(*app, defended[Report]) error,
) error {
	node, err := c.plan(a, plan)
	if err != nil {
		return err
	}
	store, err := a.store()
	if err != nil {
		return err
	}
	dir, id, err := a.made(ctx, store, node)
	if err != nil {
		return err
	}
	if err := a.keep(ctx, dir, c.Name); err != nil {
		return err
	}
	out := defended[Report]{Dataset: filepath.Join(a.dataDir(), c.Name), Artifact: id}
	if err := stages.ReadJSON(filepath.Join(dir, reportFile), &out.Report); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(out)
	}
	return show(a, out)
}

// plan is the stage that makes the dataset.
func (c *defendCmd) plan(a *app, plan func(*experiments.Lab) (*engine.Node, error)) (*engine.Node, error) {
	if c.Name == "" {
		return nil, usageError{errors.New("--name is missing; it says how the new dataset will be called")}
	}
	lab, err := a.lab(experiments.Options{Profile: "quick"})
	if err != nil {
		return nil, err
	}
	node, err := plan(lab)
	if err != nil {
		return nil, planError(err)
	}
	return node, nil
}

// keep puts a dataset that a stage made among the imported ones, as it is, unless it
// is there.
func (a *app) keep(ctx context.Context, artifact, name string) error {
	set, err := dataset.OpenIn(artifact, name)
	if err != nil {
		return err
	}
	defer set.Close()
	if there, err := datasets.Open(a.dataDir(), name); err == nil {
		defer there.Close()
		if there.Digest() == set.Digest() {
			return nil
		}
	}
	rows, err := dataset.Rows(set)
	if err != nil {
		return err
	}
	return publish.Folder(a.dataDir(), name, func(dir string) error {
		_, err := datasets.Write(ctx, dir, set.Meta(), rows)
		return err
	})
}
