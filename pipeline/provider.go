package main

import (
	"context"
	"fmt"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
)

// variables are what defaults and helps of flags speak of: what computes, and how
// many processors there are.
func variables() kong.Vars {
	names := runtime.ProviderNames()
	return kong.Vars{
		"provider": names[0], "providers": strings.Join(names, " or "), "devices": devices(),
		"processors": strconv.Itoa(goruntime.NumCPU()),
		"attacks":    attackHelp(), "defences": strings.Join(defenceNames(), " or "),
	}
}

// devices are the providers for which there are the flags about a device.
func devices() string { return strings.Join(runtime.DeviceProviderNames(), " or ") }

// validateProvider looks at the flags that say what computes.
func (g *globals) validateProvider() error {
	provider, err := runtime.FindProvider(g.Provider)
	switch {
	case err != nil:
		return fmt.Errorf("--provider: %w", err)
	case g.Device < 0:
		return fmt.Errorf("--device %d: devices are counted from 0", g.Device)
	case !provider.Device && (g.Device != 0 || g.TF32):
		return fmt.Errorf("--device and --tf32 are about --provider %s", devices())
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
