package train

import (
	"context"
	"fmt"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// runEpoch trains on every text once, evaluates and saves.
func (r *run) runEpoch(ctx context.Context) error {
	log, start := newEpochLog(), time.Now()
	batches := r.batcher.order(r.train, r.epoch+1)
	if err := r.takeSteps(ctx, batches, log); err != nil {
		return err
	}
	r.done += int64(len(batches))
	r.epoch++
	stepped := time.Now()
	if err := r.evaluate(ctx, log); err != nil {
		return err
	}
	r.env.Log.Debug("epoch done", "epoch", r.epoch, "loss", log.mean("loss/model"), "best dev accuracy", r.best.Accuracy,
		"steps took", stepped.Sub(start), "evaluation took", time.Since(stepped))
	return r.save()
}

// takeSteps takes an optimiser step on each batch.
func (r *run) takeSteps(ctx context.Context, batches [][]int, log *epochLog) error {
	ctx, cancel := context.WithCancel(ctx)
	ready := r.prepare(ctx, batches)
	defer func() {
		cancel()
		for range ready { // until the goroutine behind it has ended
		}
	}()
	for p := range ready {
		out, err := r.steps.run(ctx, p)
		if err != nil {
			return err
		}
		if err := log.add(out, p); err != nil {
			return err
		}
		r.env.Progress.Advance(int64(p.texts), r.note(log))
	}
	return ctx.Err()
}

// prepared is one run of a step graph: its inputs, and how many steps and
// texts they are.
type prepared struct {
	inputs       map[string]*tensor.Tensor
	steps, texts int
}

// prepare assembles batches and draws their noise one run ahead of the
// session, so that it never waits. The channel closes behind the last run, or
// when ctx has ended.
func (r *run) prepare(ctx context.Context, batches [][]int) <-chan prepared {
	ready := make(chan prepared, 1)
	rate := r.params.schedule(len(batches))
	step := r.done + 1
	go func() {
		defer close(ready)
		for group := range r.batcher.groups(batches) {
			p := r.batcher.prepare(r.train, group, step, rate)
			step += int64(len(group))
			select {
			case ready <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ready
}

func (r *run) note(log *epochLog) string {
	return fmt.Sprintf("epoch %d/%d, loss %.3f", r.epoch+1, r.params.Epochs, log.mean("loss/model"))
}

// evaluate measures the epoch on the development split and notes everything.
func (r *run) evaluate(ctx context.Context, log *epochLog) error {
	w, err := r.weights()
	if err != nil {
		return err
	}
	scores, err := r.dev.Evaluate(ctx, r.devSet, w, r.batching(), Draw{Seed: r.params.Seed, Epoch: r.epoch}, nil)
	if err != nil {
		return fmt.Errorf("development split: %w", err)
	}
	r.noteTraining(log)
	r.noteScores("dev", scores)
	accuracy := scores.Accuracy.Rates().Raw.Value
	if r.best.Epoch == 0 || accuracy > r.best.Accuracy {
		r.best = Choice{Epoch: r.epoch, Accuracy: accuracy, weights: w}
	}
	return nil
}

func (r *run) batching() Batching {
	b := Batching{Size: max(r.params.Batch, 128)}
	if r.batcher.spec.Padding == rationalizer.Paper {
		b.Fixed = r.batcher.length
	}
	return b
}

// weights copies the parameters as they are now.
func (r *run) weights() (Weights, error) {
	state, err := r.steps.state()
	if err != nil {
		return nil, err
	}
	w := Weights{}
	for _, l := range r.layouts() {
		w[l.Name] = tensor.Data[float32](state[l.Name+rationalizer.ParamsPart])
	}
	return w, nil
}
