package main

import (
	"context"
	"runtime"

	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
)

// trainCmd is `rationale train`.
type trainCmd struct {
	Method     string            `required:"" placeholder:"NAME" help:"Method as printed in the papers; see \"list methods\"."`
	Dataset    string            `required:"" placeholder:"NAME" help:"Dataset; see \"list datasets\"."`
	Encoder    string            `placeholder:"NAME" help:"Encoder of the players, as the data has them unless given; see \"list encoders\"."`
	Checkpoint string            `placeholder:"DIR" help:"What the encoder bert begins with: the folder of a checkpoint (config.json, model.safetensors, vocab.txt), or minilm, which \"fetch bert\" brings; a folder of that name is ./minilm."`
	Seed       uint64            `default:"1" placeholder:"N" help:"Seed of everything random in the run."`
	Profile    string            `enum:"smoke,quick,paper" default:"quick" help:"Where settings start from: smoke, quick or paper."`
	Set        map[string]string `mapsep:"none" placeholder:"KEY=VALUE" help:"A setting other than the profile's; may be repeated."`
	JSON       bool              `name:"json" help:"Print the measurements as JSON."`
}

// Help is shown by --help.
func (*trainCmd) Help() string {
	return `Trains, evaluates, and prints what was measured. What is done already is not done again; stopped anywhere, the same command goes on from there. An unknown key lists all that there are.

The run has the machine to itself: where its batches are large enough, it works on several shards of them at once, a core each. Their number is part of what the run is; --set shards=1 makes the run of any machine.

Examples:

    rationale train --method RNP --dataset generated-aroma --profile smoke
    rationale train --method RNP+A2I --dataset tweets --seed 2 --set sparsity=0.2 --set epochs=10
    rationale train --method RNP --dataset tweets --encoder bert --checkpoint minilm
    rationale train --method RNP+A2I --dataset generated-ba2motifs --profile smoke`
}

// Run makes the run and its evaluation.
func (c *trainCmd) Run(ctx context.Context, a *app) error {
	lab, err := a.lab(experiments.Options{Profile: c.Profile, Cores: runtime.NumCPU()})
	if err != nil {
		return err
	}
	planned, err := lab.Run(experiments.RunSpec{
		Method: c.Method, Dataset: c.Dataset, Encoder: c.Encoder, Checkpoint: c.Checkpoint, Seed: c.Seed, Set: c.Set,
	})
	if err != nil {
		return planError(err)
	}
	plan, err := engine.NewPlan(planned.Evaluate)
	if err != nil {
		return err
	}
	store, err := a.store()
	if err != nil {
		return err
	}
	if err := a.checkProvider(ctx, plan, store); err != nil {
		return err
	}
	if _, err := engine.Run(ctx, plan, a.engineOptions(store)); err != nil {
		return err
	}
	found, err := findRun(store, plan.ID(planned.Evaluate))
	if err != nil {
		return err
	}
	if err := found.warn(a); err != nil {
		return err
	}
	return printMeasured(a, found, c.JSON)
}
