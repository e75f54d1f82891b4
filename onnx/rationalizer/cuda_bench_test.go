package rationalizer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// BenchmarkCUDAStep times training steps on a device, on texts of full length
// at the papers' sizes: one step in a run and 16, which the parameters stay on
// the device for. An operation is a run. GFLOP/s counts products as
// BenchmarkStep does; bytes/step is what crosses the bus by way of inputs and
// outputs. busy-% and device-MB are nvidia-smi's samples during the runs.
func BenchmarkCUDAStep(b *testing.B) {
	device := runtimetest.OpenCUDA(b)
	for _, method := range []string{"RNP", "RNP+A2I"} {
		for _, steps := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/256x256/K=%d", method, steps), func(b *testing.B) {
				benchmarkCUDAStep(b, device, method, steps)
			})
		}
	}
}

// BenchmarkCUDAStepTF32 is BenchmarkCUDAStep with operands rounded to TF32.
func BenchmarkCUDAStepTF32(b *testing.B) {
	device, err := runtime.Open(runtimetest.OpenCUDA(b).Library(), runtime.Options{Provider: runtime.CUDA, TF32: true})
	if err != nil {
		b.Fatal(err)
	}
	defer device.Close()
	b.Run("RNP+A2I/256x256/K=16", func(b *testing.B) { benchmarkCUDAStep(b, device, "RNP+A2I", 16) })
}

func benchmarkCUDAStep(b *testing.B, device *runtime.Runtime, method string, steps int) {
	const batch, length = 256, 256
	stepper, in := newCUDAStep(b, device, deviceConfig(method, steps), batch, length)
	crossing := 0
	for range 2 { // the first runs load kernels
		crossing = crossingBytes(b, stepper, in)
	}
	gpu := watchGPU(b)
	for b.Loop() {
		mustStep(b, stepper, in)
	}
	share, memory, seen := gpu.stop()
	count := float64(b.N * steps)
	b.ReportMetric(b.Elapsed().Seconds()*1e3/count, "ms/step")
	b.ReportMetric(stepFLOP(method, batch, length)*count/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	b.ReportMetric(float64(crossing)/float64(steps), "bytes/step")
	if seen {
		b.ReportMetric(share, "busy-%")
		b.ReportMetric(memory, "device-MB")
	}
}

// newCUDAStep opens a step model on a device, with the inputs of one run.
func newCUDAStep(b *testing.B, device *runtime.Runtime, c Config, batch, length int) (*runtime.Stepper, values) {
	g, model := benchModel(b, c)
	pairs, state := FreshState(g.Layouts, InitialParams(g.Layouts, 1))
	stepper, err := runtime.NewStepper(runtimetest.NewSessionOn(b, device, c.Method, model, profiling()...), pairs, state)
	if err != nil {
		b.Fatal(err)
	}
	var all []values
	for i := range uint64(c.StepsPerRun) {
		texts := zipfTexts(rand.New(rand.NewPCG(1, i)), int(c.Vectors.Shape()[0]), batch, length, length)
		texts[InputNoiseKeys] = g.NoiseKeys(1, i)
		all = append(all, texts)
	}
	return stepper, stepInputs(b, g, all)
}

// crossingBytes runs once and counts the bytes of all inputs and outputs.
func crossingBytes(b *testing.B, s *runtime.Stepper, in values) int {
	metrics, err := s.Step(context.Background(), in)
	if err != nil {
		b.Fatal(err)
	}
	state := s.State()
	return size(in) + size(metrics) + 2*size(state)
}

func size(tensors values) int {
	n := 0
	for _, x := range tensors {
		n += x.Len() * x.DType().Size()
	}
	return n
}

// TestCrossingBytes counts by hand what a run of a small model moves.
func TestCrossingBytes(t *testing.T) {
	x, err := tensor.New(tensor.Float32, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := size(values{"x": x, "n": tensor.Vector([]int64{1})}); got != 32 {
		t.Errorf("%d bytes, want 32", got)
	}
}
