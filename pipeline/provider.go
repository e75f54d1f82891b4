package main

import (
	"context"
	"fmt"
	"slices"

	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
)

// validateProvider looks at the flags that say what computes.
func (g *globals) validateProvider() error {
	switch {
	case g.Device < 0:
		return fmt.Errorf("--device %d: devices are counted from 0", g.Device)
	case g.Provider != runtime.CUDA && (g.Device != 0 || g.TF32):
		return fmt.Errorf("--device and --tf32 are about --provider %s", runtime.CUDA)
	}
	return nil
}

// computing are the runtime's options that the flags choose.
func (g *globals) computing() runtime.Options {
	return runtime.Options{Provider: g.Provider, Device: g.Device, TF32: g.TF32}
}

// checkProvider opens the provider once if a plan has models to run, so that
// what is missing is told before any work and not after the first stages.
func (a *app) checkProvider(ctx context.Context, plan *engine.Plan, store *engine.Store) error {
	decisions, err := plan.Check(ctx, store)
	if err != nil || !slices.ContainsFunc(decisions, runsModels) {
		return err
	}
	lib, err := runtime.Locate()
	if err != nil {
		return err
	}
	rt, err := runtime.Open(lib, a.computing())
	if err != nil {
		return fmt.Errorf("nothing was started: %w", err)
	}
	return rt.Close()
}

// runsModels tells whether a stage that has to run needs the provider.
func runsModels(d engine.Decision) bool {
	return d.Run && experiments.Computes(d.Stage)
}
