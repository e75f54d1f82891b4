package rationalizer

import (
	"cmp"
	"fmt"
	"syscall"
	"testing"
	"time"

	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// miniLM is the form of all-MiniLM-L6-v2. Its speed does not depend on what it has
// learnt.
var miniLM = nn.BERT{
	Vocabulary: 30522, Width: 384, Layers: 6, Heads: 12, Inner: 1536, Activation: "gelu",
	Positions: 512, Types: 2, Epsilon: 1e-12, Deviation: .02, Dropout: .1, AttentionDropout: .1,
}

// bertSizes are texts × pieces.
var bertSizes = [][2]int{{8, 64}, {32, 128}, {32, 256}}

// BenchmarkBERTStep times RNP's training step with encoders of MiniLM's size. The
// memory is the process's: it is that of one size where -bench names one alone.
func BenchmarkBERTStep(b *testing.B) {
	for _, recompute := range []nn.Recompute{nn.RecomputeNothing, nn.RecomputeAttention, nn.RecomputeLayers} {
		for _, size := range bertSizes {
			c := bertBenchConfig()
			c.BERT.Recompute = recompute
			b.Run(fmt.Sprintf("%s/%dx%d", cmp.Or(string(recompute), "nothing"), size[0], size[1]), func(b *testing.B) { benchmarkBERTStep(b, c, size[0], size[1]) })
		}
	}
}

// BenchmarkBERTTables times it with tables that learn.
func BenchmarkBERTTables(b *testing.B) {
	for _, size := range bertSizes {
		c := bertBenchConfig()
		c.BERT.TrainTables = true
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) { benchmarkBERTStep(b, c, size[0], size[1]) })
	}
}

func benchmarkBERTStep(b *testing.B, c Config, batch, length int) {
	peak := gemmPeak(b)
	stepper, inputs := newBenchStep(b, c, batch, length)
	inputs[InputSelectable] = selectable(batch, length)
	mustStep(b, stepper, inputs) // page faults make the first step slower
	before := cpuTime(b)
	for b.Loop() {
		mustStep(b, stepper, inputs)
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()*1e3/float64(b.N), "cpu-ms/step")
	const encoders, passes = 2, 3 // forward, and both gradients of a product
	report(b, encoders*passes*bertFLOP(miniLM, batch, length), peak)
}

// BenchmarkBERTAnswer times RNP's evaluation with encoders of MiniLM's size:
// generator and predictor, forward.
func BenchmarkBERTAnswer(b *testing.B) {
	for _, size := range bertSizes {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) { benchmarkBERTAnswer(b, size[0], size[1]) })
	}
}

func benchmarkBERTAnswer(b *testing.B, batch, length int) {
	peak := gemmPeak(b)
	session, inputs := newBenchAnswer(b, bertBenchConfig(), batch, length)
	inputs[InputSelectable] = selectable(batch, length)
	mustAnswerOnce(b, session, inputs)
	before := cpuTime(b)
	for b.Loop() {
		mustAnswerOnce(b, session, inputs)
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()*1e3/float64(b.N), "cpu-ms/batch")
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "texts/s")
	const encoders = 2
	report(b, encoders*bertFLOP(miniLM, batch, length), peak)
}

func bertBenchConfig() Config {
	c := benchConfig("RNP")
	c.Encoder, c.BERT, c.Marks = "bert", &BERTHyper{BERT: miniLM, Pace: .1}, true
	c.Vectors = benchVectors(miniLM.Vocabulary, miniLM.Width)
	return c
}

// selectable is the mask of full texts between two marks.
func selectable(batch, length int) *tensor.Tensor {
	mask := make([]int64, batch*length)
	for i := range mask {
		if at := i % length; at > 0 && at < length-1 {
			mask[i] = 1
		}
	}
	return grid(length, mask)
}

// bertFLOP counts an encoder's products: per layer and position, four maps of the
// states, two into and out of the feed-forward layer, and two products with every
// position; twice for multiply and add.
func bertFLOP(c nn.BERT, batch, length int) float64 {
	perPosition := 2 * (4*c.Width*c.Width + 2*c.Width*c.Inner + 2*length*c.Width)
	return float64(batch*length) * float64(c.Layers*perPosition)
}

// cpuTime is what the process has computed so far, which other programs on the
// machine change less than they do the time that passes.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
