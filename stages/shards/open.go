// Package shards takes training steps on several cores: each shard of a batch goes
// through the segments of the step (package onnx/shard) in sessions of one thread.
package shards

import (
	"fmt"
	"maps"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/shard"
	"rationale/onnx/tensor"
)

// Most is a bound on the number of shards, far beyond the cores of a machine.
const Most = 1 << 10

// values are tensors by name.
type values = map[string]*tensor.Tensor

// Stepper takes steps of a graph, as runtime.Stepper does: it keeps their state, and a
// step that fails leaves it as it was. One goroutine may use it at a time.
type Stepper struct {
	plan   *shard.Plan
	spec   rationalizer.Spec
	phases []phase
	next   map[string]string // state input → state output
	state  values
	rooms  []rooms // of each shard
	// around does the work of shard k between two agreements. Benchmarks clock it.
	around func(k int, work func() error) error
}

// Open cuts a step graph, of which spec tells, for n shards. The pairs map each state
// input to the output with its new value; state is the first one. The sessions close
// with the runtime.
func Open(rt *runtime.Runtime, g *graph.Graph, spec rationalizer.Spec, n int, pairs map[string]string, state values) (*Stepper, error) {
	plan, err := shard.Cut(g, rationalizer.BatchAxes())
	if err != nil {
		return nil, err
	}
	s := &Stepper{plan: plan, spec: spec, next: maps.Clone(pairs), around: func(_ int, work func() error) error { return work() }}
	for range n {
		s.rooms = append(s.rooms, rooms{})
	}
	for _, p := range plan.Phases {
		opened, err := openPhase(rt, plan, p, n)
		if err != nil {
			return nil, err
		}
		s.phases = append(s.phases, opened)
	}
	return s, s.SetState(state)
}

// phase is a shard.Phase in sessions.
type phase struct {
	common *runtime.Session   // nil for nothing
	own    []*runtime.Session // one a shard; none for nothing
	known  []*graph.Value     // what own gives in shapes that the shard's lengths tell
	sums   []shard.Sum
}

func openPhase(rt *runtime.Runtime, plan *shard.Plan, p shard.Phase, n int) (out phase, err error) {
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
	for _, v := range p.Own.Outputs() {
		if plan.Known(v.Shape) {
			out.known = append(out.known, v)
		}
	}
	return out, nil
}

func session(rt *runtime.Runtime, g *graph.Graph) (*runtime.Session, error) {
	model, err := g.Model()
	if err != nil {
		return nil, err
	}
	return rt.NewSession(g.Name(), model, runtime.WithThreads(1))
}

// State gives a copy of the current state by input name.
func (s *Stepper) State() values { return tensor.CloneAll(s.state) }

// SetState replaces the whole state by a copy of the given one. On an error the state is
// what it was.
func (s *Stepper) SetState(state values) error {
	for name := range s.next {
		if state[name] == nil {
			return fmt.Errorf("a step in shards: state %q is missing", name)
		}
	}
	s.state = tensor.CloneAll(state)
	return nil
}
