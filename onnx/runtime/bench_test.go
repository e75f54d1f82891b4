package runtime_test

import (
	"fmt"
	"testing"

	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// BenchmarkCall measures what a call costs beside the model's own work.
func BenchmarkCall(b *testing.B) {
	s := runtimetest.NewSession(b, "add", addModel())
	x, y, sum := of[float32](b, []int64{1, 3}, 1, 2, 3), of[float32](b, []int64{1, 3}, 1, 2, 3), of[float32](b, []int64{1, 3}, 0, 0, 0)
	in, out := tensors{"x": x, "y": y}, tensors{"sum": sum}
	b.Run("Run", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Run(background, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("RunInto", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := s.RunInto(background, in, out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("RunIntoCancellable", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := s.RunInto(b.Context(), in, out); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRunIntoLarge shows that the bytes allocated do not grow with the
// tensors.
func BenchmarkRunIntoLarge(b *testing.B) {
	s := runtimetest.NewSession(b, "add", addModel())
	big := func() *tensor.Tensor { return of(b, []int64{1 << 18, 3}, make([]float32, 3<<18)...) }
	in, out := tensors{"x": big(), "y": big()}, tensors{"sum": big()}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.RunInto(background, in, out); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSession measures loading and freeing a tiny model.
func BenchmarkSession(b *testing.B) {
	model := addModel()
	r := runtimetest.Open(b)
	for b.Loop() {
		s, err := r.NewSession("add", model)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGEMM gives the machine's float32 matrix-product speed, on a big
// square and on the shape of the GRU's input projection.
func BenchmarkGEMM(b *testing.B) {
	for _, shape := range [][3]int{{2048, 2048, 2048}, {256, 100, 300}} {
		b.Run(fmt.Sprintf("%dx%dx%d", shape[0], shape[1], shape[2]), func(b *testing.B) {
			var best float64
			for b.Loop() {
				gflops, err := runtimetest.GEMM(runtimetest.Open(b), shape[0], shape[1], shape[2])
				if err != nil {
					b.Fatal(err)
				}
				best = max(best, gflops)
			}
			b.ReportMetric(best, "GFLOP/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
