package runtime

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// checkCUDA tells why models cannot run on CUDA, or nil: it looks for all files
// that this takes, loads the provider, and runs a tiny model on the device.
func checkCUDA(lib Library, opts Options) *problem {
	var found *problem
	err := keepSignalHandlers(func() error {
		if found = missingForCUDA(filepath.Dir(lib.Path)); found != nil {
			return nil
		}
		return probe(opts, sessionSettings{threads: 1, strict: true, attach: attachCUDA})
	})
	if err != nil {
		return &problem{err, cmp.Or(cudaHint(err), noHint)}
	}
	return found
}

// probe runs a model that needs the device, cuBLAS and cuDNN; in a strict
// session nothing of it may fall back to the CPU.
func probe(opts Options, settings sessionSettings) error {
	model, err := probeModel()
	if err != nil {
		return err
	}
	h, err := newHandle(model, []string{"x"}, []string{"y"}, opts, settings)
	if err != nil {
		return err
	}
	defer h.close()
	x, err := tensor.Of([]int64{2, 2}, []float32{1, 2, 3, 4})
	if err != nil {
		return err
	}
	y := tensor.Vector(make([]float32, 2))
	if err := h.run(context.Background(), []*tensor.Tensor{x}, []*tensor.Tensor{y}); err != nil {
		return err
	}
	if got, want := tensor.Data[float32](y), []float32{11, 16}; !slices.Equal(got, want) {
		return fmt.Errorf("the device computes wrong: %v in place of %v", got, want)
	}
	return nil
}

// probeModel multiplies a matrix by itself and averages over its rows.
func probeModel() ([]byte, error) {
	g := graph.New("probe")
	x := g.Input("x", tensor.Float32, graph.N(2), graph.N(2))
	g.Output("y", g.ReduceMean(g.MatMul(x, x), false, 0))
	return g.Model()
}
