package shards

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"rationale/onnx/runtime"
	"rationale/onnx/shard"
	"rationale/onnx/tensor"
	"rationale/stages"
)

// Step takes a step on the current state and the batch, which holds all other inputs,
// and returns all other outputs.
func (s *Stepper) Step(ctx context.Context, batch map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	b, err := s.begin(batch)
	if err != nil {
		return nil, err
	}
	for _, p := range s.phases {
		if err := b.common(ctx, p); err != nil {
			return nil, err
		}
		if err := b.own(ctx, p); err != nil {
			return nil, err
		}
		if err := b.agree(p.sums); err != nil {
			return nil, err
		}
	}
	return s.finish(b.shared)
}

// step is one step while it is taken.
type step struct {
	*Stepper
	batch   values
	lengths map[string]int64 // of the whole batch, by symbol
	shared  values           // what is the same for all shards
	shards  []*worker
}

// worker is a shard in a step: its own values.
type worker struct {
	shard.Share
	values values
	rooms  rooms
}

// begin deals the batch.
func (s *Stepper) begin(batch values) (*step, error) {
	lengths, err := s.plan.BatchLengths(batch)
	if err != nil {
		return nil, fmt.Errorf("a step in shards: %w", err)
	}
	b := &step{Stepper: s, batch: batch, lengths: lengths, shared: maps.Clone(s.state)}
	maps.Copy(b.shared, batch)
	for _, l := range s.plan.Lengths {
		if b.shared[l.Value.Name()], err = l.Tensor(lengths); err != nil {
			return nil, err
		}
	}
	for k, share := range s.spec.Deal(batch, len(s.rooms)) {
		b.shards = append(b.shards, &worker{share, values{}, s.rooms[k]})
	}
	if len(b.shards) == 0 {
		return nil, errors.New("a step in shards: the batch has no examples")
	}
	return b, b.together(b.take)
}

// take gives a shard its examples.
func (b *step) take(_ int, w *worker) (err error) {
	for _, input := range b.plan.Examples {
		if w.values[input.Name()], err = b.plan.Take(w.Share, input, b.batch[input.Name()]); err != nil {
			return fmt.Errorf("a step in shards: %w", err)
		}
	}
	return nil
}

// common does what is the same for all shards.
func (b *step) common(ctx context.Context, p phase) error {
	if p.common == nil {
		return nil
	}
	out, err := p.common.Run(ctx, inputs(p.common, b.shared))
	maps.Copy(b.shared, out)
	return err
}

// own lets every shard do its part, all at once.
func (b *step) own(ctx context.Context, p phase) error {
	if p.own == nil {
		return nil
	}
	return b.together(func(k int, w *worker) error {
		room, err := w.rooms.of(p.known, w.Lengths)
		if err != nil {
			return err
		}
		out, err := p.own[k].RunWith(ctx, inputs(p.own[k], w.values, b.shared), room)
		maps.Copy(w.values, room)
		maps.Copy(w.values, out)
		return err
	})
}

// together does the same for every shard, each in a goroutine of its own.
func (b *step) together(work func(k int, w *worker) error) error {
	problems := make([]error, len(b.shards))
	var wait sync.WaitGroup
	for k, w := range b.shards {
		wait.Go(func() {
			problems[k] = stages.Guard(func() error {
				return b.around(k, func() error { return work(k, w) })
			})
		})
	}
	wait.Wait()
	return errors.Join(problems...)
}

// agree adds up the shards' parts of sums, in the shards' order.
func (b *step) agree(sums []shard.Sum) error {
	for _, sum := range sums {
		name := sum.Value.Name()
		parts, weights := make([]*tensor.Tensor, len(b.shards)), make([]float64, len(b.shards))
		for k, w := range b.shards {
			parts[k], weights[k] = w.values[name], sum.Share(w.Lengths, b.lengths)
		}
		total, err := tensor.Sum(parts, weights)
		if err != nil {
			return fmt.Errorf("a step in shards: %s: %w", name, err)
		}
		b.shared[name] = total
	}
	return nil
}

// finish keeps the new state and gives what was measured.
func (s *Stepper) finish(shared values) (values, error) {
	out, state := values{}, values{}
	for _, name := range s.plan.Outputs {
		if shared[name] == nil {
			return nil, fmt.Errorf("a step in shards: no segment gave %q", name)
		}
		out[name] = shared[name]
	}
	for in, name := range s.next {
		state[in] = out[name]
		delete(out, name)
	}
	s.state = state
	return out, nil
}

// inputs are what a session takes, of the first values that have it.
func inputs(s *runtime.Session, from ...values) values {
	in := values{}
	for _, info := range s.Inputs() {
		for _, some := range from {
			if t := some[info.Name]; t != nil {
				in[info.Name] = t
				break
			}
		}
	}
	return in
}
