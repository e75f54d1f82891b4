package shards_test

import (
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/shards"
)

// BenchmarkShards takes the same steps in one graph on one thread and in shards, in turn,
// at the papers' sizes, and at one of tweets, which differ in length. It counts
// processor time, thread by thread, so that neither other programs nor a lack of cores
// matter: one-ms is the one graph's, path-ms that of what has to be waited for in shards,
// times is how many times less that is, and serial-% the share of all work in shards that
// only one core can do.
func BenchmarkShards(b *testing.B) {
	for _, c := range []struct {
		method      string
		texts       int
		least, most int // their lengths
		shards      int
	}{
		{"RNP", 256, 256, 256, 2},
		{"RNP", 256, 256, 256, 8},
		{"RNP", 256, 256, 256, 16},
		{"RNP", 64, 256, 256, 2},
		{"RNP", 64, 8, 40, 2},
		{"RNP+A2I", 256, 256, 256, 2},
		{"RNP+A2I", 64, 256, 256, 2},
		{"RNP+A2I", 64, 8, 40, 2},
	} {
		b.Run(fmt.Sprintf("%s/%dx%d-%d/%d", c.method, c.texts, c.least, c.most, c.shards), func(b *testing.B) {
			benchmarkShards(b, c.method, lengths(c.texts, c.least, c.most), c.shards)
		})
	}
}

func benchmarkShards(b *testing.B, method string, lengths []int, n int) {
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	g := stepGraph(b, benchConfig(method))
	texts := realistic(g, lengths)
	whole, parts := oneGraph(b, g), inShards(b, g, n)
	clock := clocked(parts, n)
	var one, serial time.Duration
	step := func(s stepper) time.Duration {
		start := cpu()
		mustStep(b, s, texts)
		return cpu() - start
	}
	for range 3 { // page faults make the first steps slower
		step(whole)
		step(parts)
	}
	clock.reset()
	for b.Loop() {
		one += step(whole)
		serial += step(parts)
	}
	longest, all := clock.sums()
	path := serial + longest
	b.ReportMetric(float64(one.Milliseconds())/float64(b.N), "one-ms")
	b.ReportMetric(float64(path.Milliseconds())/float64(b.N), "path-ms")
	b.ReportMetric(float64(one)/float64(path), "times")
	b.ReportMetric(100*float64(serial)/float64(serial+all), "serial-%")
}

// cpu is the processor time of the calling thread.
func cpu() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// clocks are the times of the shards' work, one entry for each stretch of it.
type clocks struct {
	mu     sync.Mutex
	shards [][]time.Duration
}

func clocked(s *shards.Stepper, n int) *clocks {
	c := &clocks{shards: make([][]time.Duration, n)}
	s.Around(func(k int, work func() error) error {
		goruntime.LockOSThread()
		defer goruntime.UnlockOSThread()
		start := cpu()
		err := work()
		took := cpu() - start
		c.mu.Lock()
		defer c.mu.Unlock()
		c.shards[k] = append(c.shards[k], took)
		return err
	})
	return c
}

func (c *clocks) reset() { clear(c.shards) }

// sums are the times of the busiest shard of each stretch, and of all shards.
func (c *clocks) sums() (longest, all time.Duration) {
	for i := range c.shards[0] {
		most := time.Duration(0)
		for _, times := range c.shards {
			most = max(most, times[i])
			all += times[i]
		}
		longest += most
	}
	return longest, all
}

// manyWords is a vocabulary as large as those of the papers' data.
const manyWords = 20000

func manyVectors() *tensor.Tensor {
	const width = 100
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]float32, manyWords*width)
	for i := width; i < len(data); i++ {
		data[i] = float32(r.NormFloat64() * 0.4)
	}
	t, _ := tensor.Of([]int64{manyWords, width}, data)
	return t
}

// realistic is a batch of texts, the longest last, whose words follow Zipf's law.
func realistic(g *rationalizer.StepGraph, lengths []int) values {
	r := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(r, 1.1, 5, manyWords-2)
	size := rationalizer.Size{Examples: len(lengths), Positions: lengths[len(lengths)-1], Sentences: 1}
	in := fill(g, lengths, size, tensor.Float32, 1, r)
	ids := tensor.Data[int64](in[rationalizer.InputIDs])
	for i := range ids {
		ids[i] = int64(zipf.Uint64()) + 1
	}
	return in
}
