// Package shards takes training steps on several cores: each shard of a batch goes
// through the segments of the step (package onnx/shard) in sessions of one thread.
package shards

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/shard"
	"rationale/onnx/tensor"
	"rationale/stages"
)

// Most is a bound on the number of shards, far beyond the cores of a machine.
const Most = 1 << 10

// Stepper takes steps of a graph, as runtime.Stepper does: it keeps their state, and a
// step that fails leaves it as it was.
type Stepper struct {
	plan   *shard.Plan
	deal   func(batch map[string]*tensor.Tensor) []shard.Share
	phases []phase
	next   map[string]string // state input → state output
	state  map[string]*tensor.Tensor
	rooms  []rooms // of each shard
	// around does the work of shard k between two agreements. Benchmarks clock it.
	around func(k int, work func() error) error
}

// phase is a shard.Phase in sessions.
type phase struct {
	common *runtime.Session   // nil for nothing
	own    []*runtime.Session // one a shard; none for nothing
	spaces []*graph.Value     // what own gives in shapes that are known beforehand
	sums   []shard.Sum
}

// Open cuts a step graph, whose specification is given, for a number of shards. The
// pairs map each state input to the output with its new value; state is the first one.
// The sessions close with the runtime.
func Open(rt *runtime.Runtime, g *graph.Graph, spec rationalizer.Spec, n int, pairs map[string]string, state map[string]*tensor.Tensor) (*Stepper, error) {
	plan, err := shard.Cut(g, rationalizer.BatchAxes())
	if err != nil {
		return nil, err
	}
	s := &Stepper{plan: plan, next: maps.Clone(pairs), state: cloneAll(state), rooms: make([]rooms, n)}
	s.around = func(_ int, work func() error) error { return work() }
	s.deal = func(batch map[string]*tensor.Tensor) []shard.Share { return spec.Deal(batch, n) }
	for _, p := range plan.Phases {
		sessions, err := open(rt, p, n)
		if err != nil {
			return nil, err
		}
		for _, v := range sessions.outputsOf(p) {
			if plan.Known(v.Shape) {
				sessions.spaces = append(sessions.spaces, v)
			}
		}
		s.phases = append(s.phases, sessions)
	}
	return s, nil
}

func open(rt *runtime.Runtime, p shard.Phase, n int) (out phase, err error) {
	out.sums = p.Sums
	if p.Common != nil {
		if out.common, err = session(rt, p.Common); err != nil {
			return out, err
		}
	}
	if p.Own == nil {
		return out, nil
	}
	for range n {
		s, err := session(rt, p.Own)
		if err != nil {
			return out, err
		}
		out.own = append(out.own, s)
	}
	return out, nil
}

func (phase) outputsOf(p shard.Phase) []*graph.Value {
	if p.Own == nil {
		return nil
	}
	return p.Own.Outputs()
}

func session(rt *runtime.Runtime, g *graph.Graph) (*runtime.Session, error) {
	model, err := g.Model()
	if err != nil {
		return nil, err
	}
	return rt.NewSession(g.Name(), model, runtime.WithThreads(1))
}

// State gives a copy of the current state by input name.
func (s *Stepper) State() map[string]*tensor.Tensor { return cloneAll(s.state) }

// SetState replaces the whole state by a copy of the given one.
func (s *Stepper) SetState(state map[string]*tensor.Tensor) error {
	for name := range s.next {
		if state[name] == nil {
			return fmt.Errorf("a step in shards: state %q is missing", name)
		}
	}
	s.state = cloneAll(state)
	return nil
}

func cloneAll(tensors map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	clones := make(map[string]*tensor.Tensor, len(tensors))
	for name, t := range tensors {
		clones[name] = t.Clone()
	}
	return clones
}

// values are tensors by name.
type values = map[string]*tensor.Tensor

// Step takes a step on the current state and the batch, which holds all other inputs,
// and returns all other outputs.
func (s *Stepper) Step(ctx context.Context, batch values) (values, error) {
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

// step is one step while it is taken.
type step struct {
	*Stepper
	batch   values
	lengths map[string]int64 // of the whole batch, by symbol
	shared  values           // what is the same for all shards
	shards  []*worker
}

// worker is a shard in a step.
type worker struct {
	shard.Share
	values
	rooms rooms
}

func (s *Stepper) begin(batch values) (*step, error) {
	lengths, err := s.plan.BatchLengths(batch)
	if err != nil {
		return nil, err
	}
	b := &step{Stepper: s, batch: batch, lengths: lengths, shared: maps.Clone(s.state)}
	maps.Copy(b.shared, batch)
	for _, l := range s.plan.Lengths {
		if b.shared[l.Value.Name()], err = l.Tensor(lengths); err != nil {
			return nil, err
		}
	}
	for k, share := range s.deal(batch) {
		if s.rooms[k] == nil {
			s.rooms[k] = rooms{}
		}
		b.shards = append(b.shards, &worker{Share: share, values: values{}, rooms: s.rooms[k]})
	}
	return b, b.together(func(_ int, w *worker) error { return b.take(w) })
}

// take gives a shard its examples.
func (b *step) take(w *worker) (err error) {
	for _, input := range b.plan.Examples {
		if w.values[input.Name()], err = b.plan.Take(w.Share, input, b.batch[input.Name()]); err != nil {
			return err
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
		room, err := w.rooms.of(p.spaces, w.Lengths)
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

// inputs are what a session takes of the values, the first that have it.
func inputs(s *runtime.Session, from ...values) values {
	in := values{}
	for _, info := range s.Inputs() {
		for _, some := range from {
			if t := some[info.Name]; t != nil && in[info.Name] == nil {
				in[info.Name] = t
			}
		}
	}
	return in
}
