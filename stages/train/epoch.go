package train

import (
	"context"
	"fmt"
	"math"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// prepared is a run of the step graph with its inputs.
type prepared struct {
	inputs map[string]*tensor.Tensor
	texts  int
}

// runEpoch trains on every text once, evaluates and saves.
func (r *run) runEpoch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := &epochLog{classes: r.batcher.spec.Classes, sums: map[string]float64{}}
	batches := r.batcher.order(r.train, r.epoch+1)
	for p := range r.prepare(ctx, batches) {
		out, err := r.stepper.Step(ctx, p.inputs)
		if err != nil {
			return err
		}
		if err := log.add(out, p.texts); err != nil {
			return err
		}
		r.env.Progress.Advance(int64(p.texts), r.note(log))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.steps += int64(len(batches))
	r.epoch++
	if err := r.evaluate(ctx, log); err != nil {
		return err
	}
	return r.save()
}

// prepare assembles batches and draws their noise one run ahead of the
// session, so that it never waits.
func (r *run) prepare(ctx context.Context, batches [][]int) <-chan prepared {
	ready := make(chan prepared, 1)
	schedule := r.params.schedule(len(batches))
	first := r.steps
	go func() {
		defer close(ready)
		for i, batch := range batches {
			step := first + int64(i) + 1
			in := r.batcher.inputs(r.train, batch, step, schedule.At(step))
			for name, t := range r.fixed {
				in[name] = t
			}
			select {
			case ready <- prepared{in, len(batch)}:
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

// epochLog sums the metrics of an epoch's steps, weighted by their texts.
type epochLog struct {
	classes int
	texts   int
	sums    map[string]float64
	hits    map[string][]float64 // by metric: counts by true class
}

func (l *epochLog) add(out map[string]*tensor.Tensor, texts int) error {
	if l.hits == nil {
		l.hits = map[string][]float64{}
	}
	l.texts += texts
	for name, t := range out {
		values := t.Float64s()
		if len(values) == 1 {
			if math.IsNaN(values[0]) || math.IsInf(values[0], 0) {
				return fmt.Errorf("training diverged: %s is %v after %d texts of the epoch; lower learning_rate or set clip_norm", name, values[0], l.texts)
			}
			l.sums[name] += values[0] * float64(texts)
			continue
		}
		if l.hits[name] == nil {
			l.hits[name] = make([]float64, len(values))
		}
		for c, n := range values {
			l.hits[name][c] += n
		}
	}
	return nil
}

// mean is a metric's mean over the epoch's texts.
func (l *epochLog) mean(name string) float64 { return l.sums[name] / float64(l.texts) }

// rate is the share of all texts that a count of hits makes.
func (l *epochLog) rate(name string) float64 {
	sum := 0.0
	for _, n := range l.hits[name] {
		sum += n
	}
	return sum / float64(l.texts)
}

// balanced is the mean over classes of the share of hits in the class.
func (l *epochLog) balanced(name string, texts []int) float64 {
	sum, classes := 0.0, 0
	for c, n := range l.hits[name] {
		if texts[c] > 0 {
			sum += n / float64(texts[c])
			classes++
		}
	}
	return sum / float64(classes)
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
		r.best = choice{Epoch: r.epoch, Accuracy: accuracy, weights: w}
	}
	r.env.Log.Debug("epoch done", "epoch", r.epoch, "loss", log.mean("loss/model"), "dev accuracy", accuracy)
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
	state, err := r.stepper.State()
	if err != nil {
		return nil, err
	}
	w := Weights{}
	for _, l := range r.layouts {
		w[l.Name] = tensor.Data[float32](state[l.Name+rationalizer.ParamsPart])
	}
	return w, nil
}
