package train

import (
	"context"
	"path/filepath"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/graphs"
	"rationale/stages/measure"
)

// steps runs optimiser steps: one at a time or, where the export has a graph
// for it, K in one run. Both ways share one state.
type steps struct {
	single  *runtime.Stepper
	grouped *runtime.Stepper // nil when K is 1
	current *runtime.Stepper // of the two, the one that holds the state
}

// openSteps opens the step graphs of an export, with the inputs that never
// change, and starts from params. The sessions close with the runtime.
func openSteps(rt *runtime.Runtime, dir string, spec rationalizer.Spec, params measure.Weights, fixed map[string]*tensor.Tensor) (*steps, error) {
	s, file := &steps{}, graphs.StepModel
	var err error
	if spec.K > 1 {
		if s.grouped, err = openStepper(rt, filepath.Join(dir, file), spec.Layouts, params, fixed); err != nil {
			return nil, err
		}
		file = graphs.SingleStepModel
	}
	s.single, err = openStepper(rt, filepath.Join(dir, file), spec.Layouts, params, fixed)
	s.current = s.single
	return s, err
}

// openStepper opens a step graph with fresh optimisers.
func openStepper(rt *runtime.Runtime, path string, layouts []nn.Layout, params measure.Weights, fixed map[string]*tensor.Tensor) (*runtime.Stepper, error) {
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
func (s *steps) moveTo(to *runtime.Stepper) error {
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
