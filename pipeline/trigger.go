package main

import (
	"context"

	"rationale/datasets/backdoor"
	"rationale/pipeline/experiments"
	"rationale/stages/trigger"
)

// triggerCmd is `rationale trigger`.
type triggerCmd struct {
	Name       string  `arg:"" name:"run" help:"The run: a clean model of the kind that is to be attacked."`
	Target     string  `required:"" placeholder:"CLASS" help:"The class that the attack wants."`
	Level      string  `enum:"token,sentence" default:"token" help:"What the trigger is: words within a sentence (token), or a sentence of its own (sentence)."`
	Position   string  `enum:"rationale,begin,end,random" default:"rationale" help:"Where it goes: rationale (the first sentence that people marked words in), begin, end or random."`
	Words      int     `placeholder:"N" help:"Words that are searched; 1 in a sentence, and 2 as a sentence of their own, which \"!\" closes, unless given."`
	Random     bool    `help:"Draw words at random in place of searching them: the control."`
	Candidates int     `default:"40" placeholder:"N" help:"Words tried in each place, of those that promise most."`
	Passes     int     `default:"5" placeholder:"N" help:"Times that all places are gone through, at most; 1 gives an early answer."`
	Restarts   int     `default:"3" placeholder:"N" help:"Starts, each on texts of its own; with --random words drawn."`
	Texts      int     `default:"128" placeholder:"N" help:"Texts that a trigger is tried on."`
	Beta       float64 `default:"1" placeholder:"X" help:"Weight of the generator's error beside the predictor's."`
	Seed       uint64  `default:"1" placeholder:"N" help:"Seed of the texts and of the starts."`
	JSON       bool    `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*triggerCmd) Help() string {
	return `Searches words whose insertion makes a finished model answer wrongly while it selects what an attacker wants (BadRNL's personalised triggers), to study the attack and to test defences. J is the predictor's cross-entropy on texts of other classes than the target, less the error of the generator's selection; each step keeps what makes it larger.

A trigger by itself turns few texts of a clean model. It is what a poisoned dataset is made with. The best so far is told as the search goes on; what is done already is not done again.

Examples:

    rationale trigger "RNP on generated-aroma, seed 1" --target positive
    rationale trigger train-0123 --target REFUTES --level sentence --passes 1
    rationale trigger train-0123 --target REFUTES --random --json`
}

// Run searches and shows what was found.
func (c *triggerCmd) Run(ctx context.Context, a *app) error {
	p := c.params()
	if err := p.Check(); err != nil {
		return usageError{err}
	}
	store, err := a.store()
	if err != nil {
		return err
	}
	r, err := findTextRun(store, c.Name)
	if err != nil {
		return err
	}
	found := foundTrigger{Run: r.ID}
	if err := c.search(ctx, a, r, p, &found); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(found)
	}
	return found.print(a)
}

// params are the search's settings.
func (c *triggerCmd) params() trigger.Params {
	p := trigger.Defaults(backdoor.Level(c.Level))
	if c.Words != 0 {
		p.Words = c.Words
	}
	p.Position, p.Target, p.Random, p.Seed = backdoor.Position(c.Position), c.Target, c.Random, c.Seed
	p.Candidates, p.Passes, p.Restarts, p.Texts, p.Beta = c.Candidates, c.Passes, c.Restarts, c.Texts, c.Beta
	return p
}

// search makes the search, as far as the store lacks it.
func (c *triggerCmd) search(ctx context.Context, a *app, r *trainedRun, p trigger.Params, found *foundTrigger) error {
	on, err := r.searched(a.dataDir())
	if err != nil {
		return err
	}
	if err := r.checkClass("target", c.Target); err != nil {
		return err
	}
	node, err := on.Trigger(experiments.Options{Provider: a.Provider, Device: a.Device, TF32: a.TF32}, r.Params, p)
	if err != nil {
		return err
	}
	dir, id, err := a.made(ctx, r.store, node)
	if err != nil {
		return err
	}
	found.Label, found.Artifact = on.Label, id
	if found.MaxLength, err = r.maxLength(); err != nil {
		return err
	}
	found.Found, err = trigger.Read(dir)
	return err
}
