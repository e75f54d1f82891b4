package runtimetest

import (
	"context"
	"fmt"
	"time"

	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
)

// GEMMPeak measures the speed of big float32 matrix products (2048×2048) with
// the Runtime's threads, in GFLOP/s: the mark beside which the speed of other
// work on the same machine at the same time can be read.
func GEMMPeak(r *runtime.Runtime) (gflops float64, err error) {
	return GEMM(r, 2048, 2048, 2048)
}

// GEMM measures float32 products of m×k by k×n in GFLOP/s, the best of
// several runs. Small products are measured many to a run, so that the cost
// of a call does not count.
func GEMM(r *runtime.Runtime, m, k, n int) (gflops float64, err error) {
	flop := 2 * float64(m) * float64(k) * float64(n)
	products := max(1, min(64, int(1e9/flop)))
	session, err := r.NewSession("gemm", gemmModel(products, m, k, n))
	if err != nil {
		return 0, err
	}
	defer session.Close()
	inputs, outputs, err := gemmTensors(session)
	if err != nil {
		return 0, err
	}
	best := time.Duration(1<<63 - 1)
	for start, runs := time.Now(), 0; runs < 5 || time.Since(start) < 500*time.Millisecond; runs++ {
		begin := time.Now()
		if err := session.RunInto(context.Background(), inputs, outputs); err != nil {
			return 0, err
		}
		best = min(best, time.Since(begin))
	}
	return float64(products) * flop / best.Seconds() / 1e9, nil
}

// gemmModel multiplies several matrices by one: none can be shared, since
// their inputs differ.
func gemmModel(products, m, k, n int) []byte {
	g := Graph{Name: "gemm", Inputs: []Value{{Name: "b", DType: tensor.Float32, Dims: []any{k, n}}}}
	for i := range products {
		a, c := fmt.Sprintf("a%d", i), fmt.Sprintf("c%d", i)
		g.Inputs = append(g.Inputs, Value{Name: a, DType: tensor.Float32, Dims: []any{m, k}})
		g.Outputs = append(g.Outputs, Value{Name: c, DType: tensor.Float32, Dims: []any{m, n}})
		g.Nodes = append(g.Nodes, Node{Op: "MatMul", Name: "product" + c, Inputs: []string{a, "b"}, Outputs: []string{c}})
	}
	return g.Model()
}

func gemmTensors(s *runtime.Session) (inputs, outputs map[string]*tensor.Tensor, err error) {
	if inputs, err = filled(s.Inputs()); err != nil {
		return nil, nil, err
	}
	outputs, err = filled(s.Outputs())
	return inputs, outputs, err
}

// filled makes float32 tensors of small numbers; arithmetic on zeros or
// denormal numbers would not take the usual time.
func filled(infos []runtime.Info) (map[string]*tensor.Tensor, error) {
	tensors := map[string]*tensor.Tensor{}
	for _, info := range infos {
		t, err := tensor.New(tensor.Float32, info.Shape...)
		if err != nil {
			return nil, err
		}
		data := tensor.Data[float32](t)
		for i := range data {
			data[i] = float32(i%17)/16 - 0.5
		}
		tensors[info.Name] = t
	}
	return tensors, nil
}
