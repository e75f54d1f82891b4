package rationalizer

import (
	"fmt"
	"sync"
	"testing"

	"rationale/onnx/runtime"
)

// BenchmarkScale times RNP+A2I's step on one thread while one size changes:
// the length of the texts, the units of the GRU, the texts of a batch. Every
// curve should be a straight line; the number of steps, which is all that the
// size of a dataset changes, makes one by itself.
func BenchmarkScale(b *testing.B) {
	for _, length := range []int{32, 64, 128, 256} {
		b.Run(fmt.Sprintf("length/%d", length), func(b *testing.B) { benchmarkSize(b, 64, length, 100) })
	}
	for _, hidden := range []int{50, 100, 150, 200} {
		b.Run(fmt.Sprintf("hidden/%d", hidden), func(b *testing.B) { benchmarkSize(b, 64, 64, hidden) })
	}
	for _, batch := range []int{16, 32, 64, 128, 256} {
		b.Run(fmt.Sprintf("batch/%d", batch), func(b *testing.B) { benchmarkSize(b, batch, 64, 100) })
	}
}

func benchmarkSize(b *testing.B, batch, length, hidden int) {
	c := benchConfig("RNP+A2I")
	c.Hyper.Hidden = hidden
	step := newSingleThreaded(b, c, batch, length)
	step()
	for b.Loop() {
		step()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/step")
}

// BenchmarkJobs times N runs side by side, a thread each, as --jobs has them.
// The time of a step divided by N falls until the processor's cores are used.
func BenchmarkJobs(b *testing.B) {
	for _, jobs := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(jobs), func(b *testing.B) {
			steps := make([]func(), jobs)
			for i := range steps {
				steps[i] = newSingleThreaded(b, benchConfig("RNP+A2I"), 64, 64)
				steps[i]()
			}
			for b.Loop() {
				sideBySide(steps)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N*jobs), "ms/step")
		})
	}
}

func sideBySide(steps []func()) {
	var all sync.WaitGroup
	for _, step := range steps {
		all.Go(step)
	}
	all.Wait()
}

// newSingleThreaded opens a step model in a session of one thread.
func newSingleThreaded(b *testing.B, c Config, batch, length int) func() {
	stepper, inputs := newBenchStep(b, c, batch, length, runtime.WithThreads(1))
	return func() { mustStep(b, stepper, inputs) }
}
