package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/assess"
	"rationale/stages/defend/removal"
	"rationale/stages/tokenize"
)

// defendRunCmd is `rationale defend RUN`: a test-time defence of a finished run.
type defendRunCmd struct {
	Name    string
	Defence string // of experiments.RunDefences
	runDefenceFlags
	JSON bool
}

// runDefenceFlags are the flags of test-time defences.
type runDefenceFlags struct {
	Triggered     string `of:"onion,attdef" placeholder:"DATASET" help:"Of onion and attdef: the dataset whose test texts have the trigger; how well the attack does is measured on them."`
	Class         string `of:"onion,attdef" placeholder:"CLASS" help:"Of onion and attdef, with --triggered: the class that the attack wants."`
	Clean         string `of:"onion" placeholder:"DATASET" help:"Of onion: clean texts that its language model learns from; those of the run's own dataset unless given."`
	LanguageModel string `of:"onion" placeholder:"DIR" help:"Of onion, in place of a model of its own: a folder with model.onnx (input_ids to logits) and its vocab.txt."`
	Draws         int    `of:"onion,attdef" placeholder:"N" default:"5" help:"Of onion and attdef: draws of sampled masks that are averaged."`
}

// check names the first flag that makes no sense.
func (f runDefenceFlags) check() error {
	switch {
	case (f.Triggered == "") != (f.Class == ""):
		return errors.New("--triggered and --class go together: an attack wants a class")
	case f.Draws < 0:
		return fmt.Errorf("--draws %d: expected 0 or more", f.Draws)
	case f.Clean != "" && f.LanguageModel != "":
		return errors.New("--clean and --language-model: expected one of them; the texts are for a model of the defence's own")
	}
	return nil
}

// Run defends, measures before and after, and prints it.
func (c *defendRunCmd) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
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
	if b := r.Graphs.BERT; b != nil && b.TrainTables && c.Defence == "attdef" {
		return usagef("%s: AttDef weighs one vector of each word, and with train_tables every encoder has its own; defend a run whose tables are fixed, or with onion", r.Label)
	}
	lab, err := a.lab(experiments.Options{Profile: "quick"})
	if err != nil {
		return err
	}
	attacked, err := c.attacked(lab, r)
	if err != nil {
		return err
	}
	further, err := c.further(lab, r)
	if err != nil {
		return err
	}
	seen := defendedRun{Run: r.ID, Label: attacked.Label, Target: c.Class}
	if err := seen.defend(ctx, a, store, attacked, attacked.Defended(c.Defence, further...)); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(seen)
	}
	return seen.print(a)
}

// attacked is the run with the texts that it is judged by.
func (c *defendRunCmd) attacked(lab *experiments.Lab, r *trainedRun) (out experiments.Attacked, err error) {
	target, err := r.target()
	if err != nil {
		return out, err
	}
	inputs, err := experiments.FinishedRun(r.manifest, r.verify)
	if err != nil {
		return out, err
	}
	if c.Triggered != "" {
		if err := r.checkClass("class", c.Class); err != nil {
			return out, err
		}
		data, err := r.tokenized()
		if err != nil {
			return out, err
		}
		triggered, err := lab.Triggered(c.Triggered, data)
		if err != nil {
			return out, planError(err)
		}
		inputs = append(inputs, triggered)
	}
	return experiments.Attacked{
		Label: target.Label, Dataset: r.Params.Dataset, Target: c.Class, Inputs: inputs, Pieces: r.Graphs.BERT != nil, Draws: c.Draws, Engine: r.Params.Engine,
	}, nil
}

// further is what the defence reads beside the run.
func (c *defendRunCmd) further(lab *experiments.Lab, r *trainedRun) ([]engine.Input, error) {
	if c.Defence != "onion" {
		return nil, nil
	}
	var in engine.Input
	var err error
	switch {
	case c.LanguageModel != "":
		in, err = experiments.LanguageModel(c.LanguageModel)
	case c.Clean != "":
		in, err = lab.CleanTexts(c.Clean)
	default:
		in, err = r.ownTexts(lab)
	}
	if err != nil {
		return nil, planError(err)
	}
	return []engine.Input{in}, nil
}

// ownTexts is the dataset that the run was trained on, before it was tokenized.
func (r *trainedRun) ownTexts(lab *experiments.Lab) (engine.Input, error) {
	data, err := r.tokenized()
	if err != nil {
		return engine.Input{}, err
	}
	texts := data.Inputs[tokenize.DatasetRole]
	if texts.Artifact == "" {
		in, err := lab.CleanTexts(r.Params.Dataset)
		if err == nil && in.Digest != texts.Digest {
			err = fmt.Errorf("dataset %s is not the one that the run was trained on any more; name clean texts with --clean", r.Params.Dataset)
		}
		return in, err
	}
	made, err := r.verify(texts.Artifact)
	return engine.Input{Role: tokenize.DatasetRole, From: engine.Published(made)}, err
}

// defendedRun is what a test-time defence did to a run.
type defendedRun struct {
	Run     string           `json:"run"`
	Label   string           `json:"label"`
	Target  string           `json:"target,omitempty"`
	Defence string           `json:"defence"` // the artifact with removed.json
	Report  *removal.Removed `json:"report"`
	Before  []measured       `json:"before"`
	After   []measured       `json:"after"`
}

// defend makes the defence and both measurements, as far as the store lacks them.
func (d *defendedRun) defend(ctx context.Context, a *app, store *engine.Store, run experiments.Attacked, defence *engine.Node) error {
	dir, id, err := a.made(ctx, store, defence)
	if err != nil {
		return err
	}
	d.Defence = id
	if d.Report, err = removal.Read(dir); err != nil {
		return err
	}
	if d.Before, err = a.assessed(ctx, store, run.Assessed(nil)); err != nil {
		return err
	}
	d.After, err = a.assessed(ctx, store, run.Assessed(defence))
	return err
}

// assessed are the numbers of an assessment.
func (a *app) assessed(ctx context.Context, store *engine.Store, node *engine.Node) ([]measured, error) {
	dir, _, err := a.made(ctx, store, node)
	if err != nil {
		return nil, err
	}
	records, err := readRecords(filepath.Join(dir, assess.RecordsFile))
	var out []measured
	for _, r := range records {
		out = append(out, measured{Mask: r.Mask, Metric: r.Metric, Value: defined(r.Value)})
	}
	return out, err
}
