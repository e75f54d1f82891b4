package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"rationale/pipeline/checkpoints"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages"
	"rationale/stages/inspect"
	"rationale/stages/train"
)

// inspectCmd is `rationale inspect`.
type inspectCmd struct {
	Name       string            `arg:"" optional:"" name:"run" help:"The run."`
	Model      string            `placeholder:"FILE|DIR" help:"In place of a run: somebody's model in an ONNX file, or an exported folder."`
	Dataset    string            `placeholder:"NAME" help:"With --model: the dataset with whose texts it is attacked."`
	Profile    string            `enum:"smoke,quick,paper" default:"quick" help:"With --model: where settings start from, and the size of generated data: smoke, quick or paper."`
	Checkpoint string            `placeholder:"DIR" help:"Of a run whose encoder begins with a checkpoint: that one, as train was given it, with which the attacker begins too."`
	Seed       uint64            `default:"1" placeholder:"N" help:"Seed of the attacker."`
	N          int               `default:"3" placeholder:"N" help:"How many misled texts or graphs to show, of the 10 of each class that are kept."`
	HTML       string            `name:"html" placeholder:"FILE" help:"Write a page to this file as well."`
	Set        map[string]string `mapsep:"none" placeholder:"KEY=VALUE" help:"A setting of the attacker other than the model's; may be repeated."`
	JSON       bool              `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*inspectCmd) Help() string {
	return `Does the model's predictor rely on words that carry no meaning? A fresh attacker learns, against the finished model, to select words that lead it to a wrong class. On test texts it should succeed no more often than chance: 50 % with two classes. What people marked in the texts tells whether the attacker's words say something about the label. Of a run on graphs the attacker selects nodes.

Of somebody's ONNX model nothing but its answers is used, so that any will do whose inputs are input_ids and, if it has them, attention_mask, selectable_mask, token_type_ids (int64) and selection (float32), all [texts, words], and whose output logits (float32, [texts, classes]) has the dataset's classes in their order. It has to know the dataset's words by the ids that "data tokenize" gives them. selection is 1 where it is shown a word; a model without it is given id 0 in the place of words that it is not to see. Learning from answers alone takes more epochs.

A model that reads graphs has the input adjacency (int64, [graphs, nodes, nodes]) too, and nodes in the place of words, whose ids are the lines of an exported folder's features.csv; of nodes that it is not to see it is given neither features nor edges. That finds less than an attacker of the run itself.

The attacker is trained as the model was, for three times as many epochs. What is done already is not done again; stopped anywhere, the same command goes on from there. An unknown key lists all that there are.

Examples:

    rationale inspect "RNP on generated-aroma, seed 1" --html inspection.html
    rationale inspect train-0123 --seed 2 --set epochs=30 --set sparsity=0.1
    rationale inspect --model model/ --dataset generated-aroma`
}

// Validate is called by kong.
func (c *inspectCmd) Validate() error {
	switch {
	case c.N < 0:
		return fmt.Errorf("--n %d: expected 0 or more", c.N)
	case (c.Name == "") == (c.Model == ""):
		return errors.New("expected either a run or --model FILE")
	case c.Model != "" && c.Checkpoint != "":
		return errors.New("--checkpoint is for a run; of somebody's model nothing but its answers is used")
	case (c.Model == "") != (c.Dataset == ""):
		return errors.New("--model and --dataset go together; a run knows its dataset")
	}
	return nil
}

// Run trains the attacker and shows what it finds.
func (c *inspectCmd) Run(ctx context.Context, a *app) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	seen := inspected{}
	target, err := c.target(ctx, a, store, &seen)
	if err != nil {
		return err
	}
	if err := c.inspect(ctx, a, store, target, &seen); err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, seen.page()); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.printJSON(seen)
	}
	return seen.print(a, c.N)
}

// inspected is a model with the report of its inspection.
type inspected struct {
	Run        string `json:"run,omitempty"`
	Model      string `json:"model,omitempty"` // the file
	Label      string `json:"label"`
	Inspection string `json:"inspection"` // the artifact with the report
	inspect.Report
}

// target is what is to be inspected.
func (c *inspectCmd) target(ctx context.Context, a *app, store *engine.Store, seen *inspected) (experiments.Target, error) {
	if c.Model != "" {
		return c.imported(ctx, a, store, seen)
	}
	r, err := findRun(store, c.Name)
	if err != nil {
		return experiments.Target{}, err
	}
	seen.Run = r.ID
	target, err := r.target()
	if err != nil {
		return target, err
	}
	fetched, err := checkpoints.Dir()
	if err != nil {
		return target, err
	}
	if err := target.Begin(fetched, c.Checkpoint); err != nil {
		return target, planError(err)
	}
	return target, nil
}

// inspect makes the inspection, as far as the store lacks it.
func (c *inspectCmd) inspect(ctx context.Context, a *app, store *engine.Store, target experiments.Target, seen *inspected) error {
	attacker, err := target.Attacker(c.Set)
	if err != nil {
		return usageError{err}
	}
	node, err := target.Inspect(experiments.Options{Provider: a.Provider, Device: a.Device, TF32: a.TF32}, attacker, c.Seed)
	if err != nil {
		return err
	}
	dir, id, err := a.made(ctx, store, node)
	if err != nil {
		return err
	}
	seen.Label, seen.Inspection = target.Label, id
	seen.Report, err = inspect.ReadReport(dir)
	return err
}

// made makes a node's artifact, as far as the store lacks it, and gives its checked
// folder.
func (a *app) made(ctx context.Context, store *engine.Store, node *engine.Node) (dir, id string, err error) {
	plan, err := engine.NewPlan(node)
	if err != nil {
		return "", "", err
	}
	if err := a.checkProvider(ctx, plan, store); err != nil {
		return "", "", err
	}
	if _, err := engine.Run(ctx, plan, a.engineOptions(store)); err != nil {
		return "", "", err
	}
	id = plan.ID(node)
	if _, err := store.Verify(id); err != nil {
		return "", "", withAgain(store, err)
	}
	dir, err = store.Path(id)
	return dir, id, err
}

// target is the run as something to be inspected; its artifacts are sound.
func (r *trainedRun) target() (experiments.Target, error) {
	var none experiments.Target
	if _, err := r.folder(r.ID); err != nil {
		return none, err
	}
	data, err := r.tokenized()
	if err != nil {
		return none, err
	}
	scalars, err := r.scalars()
	if err != nil {
		return none, err
	}
	return experiments.Finished(strings.TrimPrefix(r.Label, "train "), r.manifest, data, r.Graphs, r.Params, scalars, recordOf(r.store, r.ID).Seconds), nil
}

// scalars are the numbers that every step of the training was given.
func (r *trainedRun) scalars() (map[string]float64, error) {
	all := maps.Clone(r.Params.Scalars)
	chosen, ok := r.manifest.Inputs[train.ScalarsRole]
	if !ok {
		return all, nil
	}
	dir, err := r.folder(chosen.Artifact)
	if err != nil {
		return nil, err
	}
	return all, stages.ReadJSON(filepath.Join(dir, train.ScalarsFile), &all)
}
