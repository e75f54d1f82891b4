// Package backend opens what computes: the onnxruntime library that a run names,
// and models in it.
package backend

import (
	"fmt"
	"maps"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
)

// Backend is what computes. It is part of a run's identity, because another
// library, provider or number of threads gives other last digits.
type Backend struct {
	Provider string `json:"provider"`
	Library  string `json:"library"` // its SHA-256
	Device   int    `json:"device"`
	TF32     bool   `json:"tf32,omitempty"` // see runtime.Options
	Threads  int    `json:"threads"`        // inside an operator
}

// Open opens the library that a run names. It refuses a library other than the
// one in the run's identity.
func (b Backend) Open() (*runtime.Runtime, error) {
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	if lib.SHA256 != b.Library {
		return nil, fmt.Errorf("onnxruntime library %s has SHA-256 %s; the run was planned with %s", lib.Path, lib.SHA256, b.Library)
	}
	return runtime.Open(lib, runtime.Options{Provider: b.Provider, Device: b.Device, TF32: b.TF32, Threads: b.Threads})
}

// AtOnce is how many batches may go through a model side by side on a provider, where
// so many processor threads are free and each batch takes some. A device has one at a
// time.
func AtOnce(provider string, free, each int) int {
	p, err := runtime.FindProvider(provider)
	if err != nil || p.Device {
		return 1
	}
	return max(1, free/each)
}

// Model opens the graph in a file with those of its inputs that never change
// made part of it: a device then keeps them, and they cross no bus. Inputs that
// the graph does not have are left out.
func Model(rt *runtime.Runtime, path string, fixed map[string]*tensor.Tensor) (session *runtime.Session, err error) {
	g, err := Bound(path, fixed)
	if err != nil {
		return nil, err
	}
	defer stages.InFile(path, &err)
	return open(rt, path, g)
}

// Bound reads the graph in a file and makes those of its inputs that never change part
// of it, as Model does.
func Bound(path string, fixed map[string]*tensor.Tensor) (g *graph.Graph, err error) {
	defer stages.InFile(path, &err)
	data, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	if g, err = graph.Read(data); err == nil {
		err = bind(g, fixed)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// Graph is Model for a graph that was just built; errors call it by the name.
func Graph(rt *runtime.Runtime, name string, g *graph.Graph, fixed map[string]*tensor.Tensor) (*runtime.Session, error) {
	if err := bind(g, fixed); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return open(rt, name, g)
}

func open(rt *runtime.Runtime, name string, g *graph.Graph) (*runtime.Session, error) {
	model, err := g.Model()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rt.NewSession(name, model)
}

func bind(g *graph.Graph, fixed map[string]*tensor.Tensor) error {
	inputs := map[string]bool{}
	for _, v := range g.Inputs() {
		inputs[v.Name()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		if !inputs[name] {
			continue
		}
		if err := g.Bind(name, fixed[name]); err != nil {
			return err
		}
	}
	return nil
}
