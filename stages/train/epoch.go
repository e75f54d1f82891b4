package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// runEpoch trains on every example once, as far as an earlier attempt has not,
// evaluates and saves.
func (r *run) runEpoch(ctx context.Context) error {
	start := time.Now()
	if err := r.takeSteps(ctx, r.order.Epoch(r.train, r.epoch+1)); err != nil {
		return err
	}
	if err := r.checkState(); err != nil {
		return err
	}
	r.epoch++
	stepped := time.Now()
	if err := r.evaluate(ctx); err != nil {
		return err
	}
	r.env.Log.Debug("epoch done", "epoch", r.epoch, "loss", r.log.mean(r.feeder.Spec.Watched()), "best dev accuracy", r.best.Accuracy,
		"steps took", stepped.Sub(start), "evaluation took", time.Since(stepped))
	r.log = newEpochLog(r.feeder.Spec)
	return r.save()
}

// takeSteps takes an optimiser step on each batch that is left of the epoch.
func (r *run) takeSteps(ctx context.Context, batches [][]int) error {
	ctx, cancel := context.WithCancel(ctx)
	ready := r.prepare(ctx, batches)
	defer func() {
		cancel()
		for range ready { // until the goroutine behind it has ended
		}
	}()
	for p := range ready {
		if p.err != nil {
			return p.err
		}
		if err := r.consult(ctx, p); err != nil {
			return err
		}
		out, err := r.steps.run(ctx, p)
		if err != nil {
			return err
		}
		r.starting.note(r.env.Log)
		if err := r.feeder.Spec.CheckMeasures(out, p.steps); err != nil {
			return err
		}
		if err := r.log.add(out, p, r.done); err != nil {
			return err
		}
		r.done += int64(p.steps)
		if err := r.keep(); err != nil {
			return err
		}
		r.env.Progress.Advance(int64(p.examples), r.progress())
	}
	return ctx.Err()
}

// keep saves the state if it was not for a while.
func (r *run) keep() error {
	if time.Since(r.kept) < r.keepEvery {
		return nil
	}
	return r.save()
}

// prepared is one run of a step graph: its inputs, and how many steps and
// examples they are; or what went wrong in assembling it.
type prepared struct {
	inputs          map[string]*tensor.Tensor
	steps, examples int
	err             error
}

// prepare assembles batches and draws their noise one run ahead of the
// session, so that it never waits. It leaves out the batches that are done:
// whole groups, so that the rest is grouped as ever. The channel closes behind
// the last run, or when ctx has ended.
func (r *run) prepare(ctx context.Context, batches [][]int) <-chan prepared {
	ready := make(chan prepared, 1)
	step, left := r.done+1, batches[r.taken():]
	send := func(p prepared) error {
		select {
		case ready <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	go func() {
		defer close(ready)
		err := stages.Guard(func() error {
			for group := range examples.Groups(left, r.feeder.Spec.K) {
				inputs, err := r.feeder.Inputs(r.train, group, step)
				if err != nil {
					return err
				}
				if err := send(prepared{inputs: inputs, steps: len(group), examples: len(slices.Concat(group...))}); err != nil {
					return err
				}
				step += int64(len(group))
			}
			return nil
		})
		if err != nil {
			_ = send(prepared{err: err}) // fails when nobody waits for it
		}
	}()
	return ready
}

// perEpoch is how many batches an epoch has, and taken how many of the epoch at
// work are done.
func (r *run) perEpoch() int { return r.order.PerEpoch(r.train) }
func (r *run) taken() int    { return int(r.done) - r.epoch*r.perEpoch() }

func (r *run) progress() string {
	return fmt.Sprintf("epoch %d/%d, loss %.3f", r.epoch+1, r.params.Epochs, r.log.mean(r.feeder.Spec.Watched()))
}

// evaluate measures the epoch on the development and test splits and notes
// everything. The former alone has a say in which epoch is kept.
func (r *run) evaluate(ctx context.Context) error {
	w := r.weights()
	// The steps measured with dropout on, on parameters that moved meanwhile.
	batches := r.order.Epoch(r.train, r.epoch)
	r.note("train", r.log.numbers(examples.ClassCounts(r.train, batches, r.feeder.Spec.Classes)))
	scores, err := r.measure(ctx, "development", r.devSet, w)
	if err != nil {
		return err
	}
	r.note("dev", scores.Numbers())
	r.noteGR(scores)
	if choice := r.choice(scores, w); r.epoch > r.params.Anneal && choice.beats(r.best, r.feeder.Spec.Probe) {
		r.best = choice
	}
	return r.measureTest(ctx, w)
}

// measureTest notes what the epoch would have been worth on test texts. Tables show
// the best of these as an oracle's.
func (r *run) measureTest(ctx context.Context, w measure.Weights) error {
	if r.testSet.Len() == 0 {
		return nil
	}
	scores, err := r.measure(ctx, "test", r.testSet, w)
	if err != nil {
		return err
	}
	r.note("test", scores.Numbers())
	return nil
}

// measure evaluates the epoch's parameters on a split, with sampled masks.
func (r *run) measure(ctx context.Context, split string, set examples.Set, w measure.Weights) (*measure.Scores, error) {
	scores, err := r.dev.Evaluate(ctx, set, w, r.batching(), measure.Draw{Seed: r.params.Seed, Epoch: r.epoch}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s split: %w", split, r.answered(err))
	}
	return scores, nil
}

func (r *run) batching() measure.Batching {
	return batching(r.feeder.Spec, max(r.params.Batch, 128), r.feeder.Positions, r.env.Threads)
}

// weights copies the parameters as they are now.
func (r *run) weights() measure.Weights {
	state := r.steps.state()
	w := measure.Weights{}
	for _, l := range r.layouts() {
		w[l.Name] = tensor.Data[float32](state[l.Name+rationalizer.ParamsPart])
	}
	return w
}
