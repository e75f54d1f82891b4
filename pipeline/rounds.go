package main

import (
	"context"
	"errors"
	"maps"

	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
)

// work is a planned batch with the store that it is to be done in.
type work struct {
	scope scope
	lab   *experiments.Lab
	batch *experiments.Batch
	plan  *engine.Plan
	store *engine.Store
	tried map[string]bool // the artifacts that earlier rounds were to make
}

// look plans what the store's results ask for.
func (w *work) look() (err error) {
	if w.batch, err = w.lab.Reproduce(w.scope.Experiments, w.scope.Dataset...); err != nil {
		return planError(err)
	}
	return w.order()
}

// order plans the batch's stages.
func (w *work) order() (err error) {
	w.plan, err = engine.NewPlan(w.batch.Targets...)
	return err
}

// finish does the work in rounds: one is enough unless a search for a sparsity asks
// for further runs, or stages fail, without which the rest is then done. It gives
// the last round with the number of stages made in all, and what failed; no round
// when there is nothing to publish.
func (w *work) finish(ctx context.Context, a *app) (last *work, made int, failed error) {
	options, all := a.engineOptions(w.store), len(w.batch.Runs)
	for {
		report, err := engine.Run(ctx, w.plan, options)
		made += len(report.Made)
		failed = errors.Join(failed, err)
		switch {
		case err != nil && (ctx.Err() != nil || !errors.As(err, new(*engine.StageError))):
			return nil, made, failed
		case err == nil && !w.batch.Searching():
			return w, made, failed
		}
		next, broken := w.next(ctx)
		if broken != nil {
			return nil, made, errors.Join(failed, broken)
		}
		if w = next; err != nil {
			a.log.Warn("stages failed; the results show the rest", "runs left", len(w.batch.Runs), "of", all)
		}
		if len(w.batch.Experiments) == 0 {
			return nil, made, failed
		}
	}
}

// next is the round after this one: what the results in the store ask for now,
// without what could not be made.
func (w *work) next(ctx context.Context) (*work, error) {
	n := &work{scope: w.scope, lab: w.lab, store: w.store, tried: maps.Clone(w.tried)}
	if n.tried == nil {
		n.tried = map[string]bool{}
	}
	for _, step := range w.plan.Steps() {
		n.tried[step.ID] = true
	}
	if err := n.look(); err != nil {
		return nil, err
	}
	for _, without := range []func(*experiments.Batch, func(*engine.Node) bool) *experiments.Batch{
		(*experiments.Batch).Without, (*experiments.Batch).Drawn,
	} {
		lost, err := n.lost(ctx)
		if err != nil {
			return nil, err
		}
		n.batch = without(n.batch, lost)
		if err := n.order(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// lost tells which nodes of the plan an earlier round was to make and did not.
func (w *work) lost(ctx context.Context) (func(*engine.Node) bool, error) {
	decisions, err := w.plan.Check(ctx, w.store)
	missing := map[string]bool{}
	for _, d := range decisions {
		missing[d.ID] = d.Run && w.tried[d.ID]
	}
	return func(n *engine.Node) bool { return missing[w.plan.ID(n)] }, err
}
