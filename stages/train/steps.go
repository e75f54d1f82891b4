package train

import (
	"context"
	"fmt"
	"path/filepath"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/shards"
)

// steps runs optimiser steps: one at a time or, where the export has a graph
// for it, K in one run. Both ways share one state.
type steps struct {
	single  stepper
	grouped stepper // nil when K is 1
	current stepper // of the two, the one that holds the state
}

// stepper takes steps and keeps their state: a runtime.Stepper in one graph, or a
// shards.Stepper.
type stepper interface {
	Step(ctx context.Context, batch map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error)
	State() map[string]*tensor.Tensor
	SetState(state map[string]*tensor.Tensor) error
}

// openSteps opens the step graphs of an export, with the inputs that never
// change, and starts from params. The sessions close with the runtime.
func openSteps(rt *runtime.Runtime, dir string, made graphs.Made, n int, params measure.Weights, fixed map[string]*tensor.Tensor) (*steps, error) {
	if n > 1 {
		s, err := openShards(rt, filepath.Join(dir, graphs.StepModel), made, n, params, fixed)
		return &steps{single: s, current: s}, err
	}
	s, file, layouts := &steps{}, graphs.StepModel, made.Spec.Layouts
	var err error
	if made.Spec.K > 1 {
		if s.grouped, err = openStepper(rt, filepath.Join(dir, file), layouts, params, fixed); err != nil {
			return nil, err
		}
		file = graphs.SingleStepModel
	}
	s.single, err = openStepper(rt, filepath.Join(dir, file), layouts, params, fixed)
	s.current = s.single
	return s, err
}

// openShards opens a step graph for a number of shards, with fresh optimisers.
func openShards(rt *runtime.Runtime, path string, made graphs.Made, n int, params measure.Weights, fixed map[string]*tensor.Tensor) (stepper, error) {
	if made.Spec.K > 1 || made.Device {
		return nil, fmt.Errorf("settings: shards = %d; graphs of several steps a run, and those for a device, are not cut into shards", n)
	}
	g, err := backend.Bound(path, fixed)
	if err != nil {
		return nil, err
	}
	next, state := rationalizer.FreshState(made.Spec.Layouts, params)
	return shards.Open(rt, g, made.Spec, n, next, state)
}

// openStepper opens a step graph with fresh optimisers.
func openStepper(rt *runtime.Runtime, path string, layouts []nn.Layout, params measure.Weights, fixed map[string]*tensor.Tensor) (stepper, error) {
	session, err := backend.Model(rt, path, fixed)
	if err != nil {
		return nil, err
	}
	next, state := rationalizer.FreshState(layouts, params)
	return runtime.NewStepper(session, next, state)
}

// run takes the steps of one run of a graph and returns their metrics.
func (s *steps) run(ctx context.Context, p prepared) (map[string]*tensor.Tensor, error) {
	to := s.single
	if p.steps > 1 {
		to = s.grouped
	}
	if err := s.moveTo(to); err != nil {
		return nil, err
	}
	return s.current.Step(ctx, p.inputs)
}

// moveTo hands the state over.
func (s *steps) moveTo(to stepper) error {
	if to == s.current {
		return nil
	}
	if err := to.SetState(s.current.State()); err != nil {
		return err
	}
	s.current = to
	return nil
}

// state copies parameters, moments and counters.
func (s *steps) state() map[string]*tensor.Tensor { return s.current.State() }

// setState replaces them.
func (s *steps) setState(state map[string]*tensor.Tensor) error { return s.current.SetState(state) }
