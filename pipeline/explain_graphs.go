package main

import (
	"context"

	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
)

// graphs asks the model of the evaluation in the checked folder dir, which reads graphs.
func (c *explainCmd) graphs(ctx context.Context, a *app, r *trainedRun, dir string) ([]explained, error) {
	if c.Query != "" {
		return nil, usagef("--query is for texts, and %s reads graphs; leave it out", r.ID)
	}
	data, err := r.dataFolder()
	if err != nil {
		return nil, err
	}
	model, err := infer.OpenGraphs(dir, data, a.computing())
	if err != nil {
		return nil, err
	}
	defer model.Close()
	if err := c.sample(a, r, model); err != nil {
		return nil, err
	}
	if c.Text != nil {
		return c.ownGraph(ctx, model)
	}
	examples, err := model.Test(ctx, c.N)
	return c.shown(examples), err
}

// ownGraph answers for the user's graph.
func (c *explainCmd) ownGraph(ctx context.Context, model *infer.Graphs) ([]explained, error) {
	given, err := model.Prepare(*c.Text)
	if err != nil {
		return nil, usageError{err}
	}
	answers, err := model.AnswerAll(ctx, []graphs.Graph{given})
	if err != nil {
		return nil, err
	}
	x := answers[0].Example
	x.ID = "your graph"
	return []explained{{Example: x, Mask: c.Mask}}, nil
}
