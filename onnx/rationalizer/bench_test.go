package rationalizer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"testing"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// BenchmarkStep times whole training steps on random texts of full length at
// the papers' sizes (100 inputs, 100 units a direction), beside the machine's
// own matrix-product peak in the same run. gflops counts the products that a
// plain implementation performs: input projections, recurrences and their
// gradients, without those of the frozen word vectors. 64 texts of 38 words are
// the size of a batch of tweets.
func BenchmarkStep(b *testing.B) {
	for _, method := range []string{"RNP", "RNP+A2I"} {
		for _, size := range [][2]int{{256, 256}, {64, 256}, {256, 64}, {64, 38}} {
			b.Run(fmt.Sprintf("%s/%dx%d", method, size[0], size[1]), func(b *testing.B) {
				benchmarkStep(b, method, size[0], size[1])
			})
		}
	}
}

func benchmarkStep(b *testing.B, method string, batch, length int) {
	peak := gemmPeak(b)
	stepper, inputs := newBenchStep(b, benchConfig(method), batch, length)
	for range 3 { // page faults make the first steps slower
		mustStep(b, stepper, inputs)
	}
	for b.Loop() {
		mustStep(b, stepper, inputs)
	}
	report(b, stepFLOP(method, batch, length), peak)
}

// report tells the speed in products, the machine's peak, and the memory.
func report(b *testing.B, flop, peak float64) {
	b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "gflops")
	b.ReportMetric(peak, "peak-gflops")
	b.ReportMetric(peakRSS(), "peak-RSS-MB")
}

func gemmPeak(b *testing.B) float64 {
	peak, err := runtimetest.GEMMPeak(runtimetest.Open(b))
	if err != nil {
		b.Fatal(err)
	}
	return peak
}

// benchConfig is a method at the papers' sizes; RNP is without the attacker
// beside it.
func benchConfig(method string) Config {
	return Config{
		Method: method, Classes: 2, Vectors: benchVectors(20000, 100), Hyper: Defaults(), StepsPerRun: 1,
		Flags: map[string]bool{"attack": method != "RNP"},
	}
}

// BenchmarkAnswer times RNP's evaluation, with the sampled rationale and its
// class alone: generator and predictor, forward.
func BenchmarkAnswer(b *testing.B) {
	for _, size := range [][2]int{{256, 256}, {64, 256}, {256, 64}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			benchmarkAnswer(b, benchConfig("RNP"), size[0], size[1])
		})
	}
}

func benchmarkAnswer(b *testing.B, c Config, batch, length int) {
	peak := gemmPeak(b)
	session, inputs := newBenchAnswer(b, c, batch, length)
	for range 3 { // page faults make the first runs slower
		mustAnswerOnce(b, session, inputs)
	}
	for b.Loop() {
		mustAnswerOnce(b, session, inputs)
	}
	forward, _ := passFLOP(batch, length)
	report(b, 2*forward, peak)
}

// newBenchAnswer opens an evaluation model with random weights as constants,
// and a batch.
func newBenchAnswer(b *testing.B, c Config, batch, length int) (*runtime.Session, map[string]*tensor.Tensor) {
	step, err := NewStep(c)
	if err != nil {
		b.Fatal(err)
	}
	g, err := NewAnswer(c, Views{Sampled: true}, InitialParams(step.Layouts, 1))
	if err != nil {
		b.Fatal(err)
	}
	model, err := g.Model()
	if err != nil {
		b.Fatal(err)
	}
	all := benchBatch(step, batch, length, int(c.Vectors.Shape()[0]))
	return runtimetest.NewSession(b, "answer", model, profiling()...), map[string]*tensor.Tensor{
		InputIDs: all[InputIDs], InputMask: all[InputMask], SelectNoise: all["generator/noise"],
	}
}

// BenchmarkNoise times drawing the random inputs of one RNP+A2I step of 256
// texts of 256 words: 39 million dropout bits and 200 thousand logistic
// numbers.
func BenchmarkNoise(b *testing.B) {
	g, err := NewStep(benchConfig("RNP+A2I"))
	if err != nil {
		b.Fatal(err)
	}
	noises := g.Of(Random)
	rooms, bytes := make([]*tensor.Tensor, len(noises)), 0
	for i, f := range noises {
		rooms[i] = f.Tensor(Size{Examples: 256, Positions: 256})
		bytes += rooms[i].Len() * rooms[i].DType().Size()
	}
	b.SetBytes(int64(bytes))
	for step := uint64(0); b.Loop(); step++ {
		for i, f := range noises {
			f.Noise.Draw(rooms[i], 1, step)
		}
	}
}

// passFLOP counts an encoder's products: per GRU direction and position, 3H·E
// for the input and 3H·H for the recurrence, twice for multiply and add, and
// as much again for each gradient that is taken.
func passFLOP(batch, length int) (forward, backward float64) {
	const in, hidden = 100, 100
	input, recurrent := 2.0*3*hidden*in, 2.0*3*hidden*hidden
	positions := float64(batch * length)
	return positions * 2 * (input + recurrent), positions * 2 * (input + 2*recurrent)
}

// stepFLOP counts a whole step's products.
func stepFLOP(method string, batch, length int) float64 {
	forward, backward := passFLOP(batch, length)
	forwards, backwards := 2.0, 2.0 // generator, predictor
	if method == "RNP+A2I" {
		forwards += 4 // attacker and predictor, in both updates
		backwards += 3
	}
	return forwards*forward + backwards*backward
}

func mustStep(b *testing.B, s *runtime.Stepper, inputs map[string]*tensor.Tensor) {
	if _, err := s.Step(context.Background(), inputs); err != nil {
		b.Fatal(err)
	}
}

func mustAnswerOnce(b *testing.B, s *runtime.Session, inputs map[string]*tensor.Tensor) {
	if _, err := s.Run(context.Background(), inputs); err != nil {
		b.Fatal(err)
	}
}

func benchVectors(words, dim int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]float32, words*dim)
	for i := dim; i < len(data); i++ {
		data[i] = float32(r.NormFloat64() * 0.4)
	}
	t, _ := tensor.Of([]int64{int64(words), int64(dim)}, data)
	return t
}

// newBenchStep opens a step model with a random batch of full-length texts
// whose words follow Zipf's law.
func newBenchStep(b *testing.B, c Config, batch, length int, options ...runtime.SessionOption) (*runtime.Stepper, map[string]*tensor.Tensor) {
	g, model := benchModel(b, c)
	session := runtimetest.NewSession(b, c.Method, model, append(options, profiling()...)...)
	pairs, state := FreshState(g.Layouts, InitialParams(g.Layouts, 1))
	stepper, err := runtime.NewStepper(session, pairs, state)
	if err != nil {
		b.Fatal(err)
	}
	return stepper, benchBatch(g, batch, length, int(c.Vectors.Shape()[0]))
}

// profiling has sessions record the time of their operators, in files that begin with
// the environment variable PROFILE.
func profiling() []runtime.SessionOption {
	if prefix := os.Getenv("PROFILE"); prefix != "" {
		return []runtime.SessionOption{runtime.WithProfile(prefix)}
	}
	return nil
}

func benchModel(b *testing.B, c Config) (*StepGraph, []byte) {
	g, err := NewStep(c)
	if err != nil {
		b.Fatal(err)
	}
	model, err := g.Model()
	if err != nil {
		b.Fatal(err)
	}
	return g, model
}

func benchBatch(g *StepGraph, batch, length, words int) map[string]*tensor.Tensor {
	r := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(r, 1.1, 5, uint64(words-2))
	ids, mask := make([]int64, batch*length), make([]int64, batch*length)
	for i := range ids {
		ids[i], mask[i] = int64(zipf.Uint64())+1, 1
	}
	labels, other := make([]int64, batch), make([]int64, batch)
	for i := range labels {
		labels[i] = int64(i % 2)
		other[i] = 1 - labels[i]
	}
	shape := []int64{int64(batch), int64(length)}
	x, _ := tensor.Of(shape, ids)
	m, _ := tensor.Of(shape, mask)
	in := map[string]*tensor.Tensor{InputIDs: x, InputMask: m, InputLabels: tensor.Vector(labels)}
	scalars := map[string]float32{LearningRate: 1e-4, sparsity: .15, "attack_coherence": 0}
	for _, f := range g.Feeds {
		switch f.Kind {
		case Scalar:
			value, ok := scalars[f.Name]
			if !ok {
				value = 1
			}
			in[f.Name] = tensor.Vector([]float32{value})
		case OtherClass:
			in[f.Name] = tensor.Vector(other)
		case Random:
			in[f.Name] = f.Tensor(Size{Examples: batch, Positions: length})
			f.Noise.Draw(in[f.Name], 1, 1)
		}
	}
	return in
}

var vmHWM = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakRSS is the process's high-water mark of memory in MB; 0 where the
// system does not tell.
func peakRSS() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := vmHWM.FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(m[1]), 64)
	return kb / 1024
}
