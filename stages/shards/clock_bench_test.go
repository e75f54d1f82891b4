package shards_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"rationale/onnx/rationalizer"
)

// BenchmarkTwoCores takes the same steps in four ways, in turn, and reports the time of
// a step by the clock: one-ms is one graph on one thread, threads-ms one graph on two,
// shards-ms two shards, and pair-ms half of the time in which two runs side by side, a
// thread each, take a step each. It says something on an otherwise idle machine alone.
func BenchmarkTwoCores(b *testing.B) {
	for _, method := range []string{"RNP", "RNP+A2I"} {
		for _, size := range []struct{ texts, least, most int }{{256, 256, 256}, {64, 256, 256}, {64, 8, 40}} {
			b.Run(fmt.Sprintf("%s/%dx%d-%d", method, size.texts, size.least, size.most), func(b *testing.B) {
				benchmarkTwoCores(b, method, lengths(size.texts, size.least, size.most))
			})
		}
	}
}

func benchmarkTwoCores(b *testing.B, method string, lengths []int) {
	g := stepGraph(b, benchConfig(method))
	texts := realistic(g, lengths)
	one, other := oneGraph(b, g), oneGraph(b, g)
	ways := []struct {
		name  string
		steps int // that the way takes at once
		take  func()
	}{
		{"one", 1, func() { mustStep(b, one, texts) }},
		{"threads", 1, stepOf(b, onThreads(b, g, 2), texts)},
		{"shards", 1, stepOf(b, inShards(b, g, 2), texts)},
		{"pair", 2, func() { atOnce(stepOf(b, one, texts), stepOf(b, other, texts)) }},
	}
	took := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, w := range ways {
			took[i] += clock(w.take)
		}
	}
	for i, w := range ways {
		b.ReportMetric(took[i].Seconds()*1000/float64(b.N*w.steps*counted), w.name+"-ms")
	}
}

// counted is how many of its steps a way takes in a row are counted. Those before find
// the caches full of another way's arrays, and its threads still waiting for work.
const counted = 3

func clock(take func()) time.Duration {
	for range 2 {
		take()
	}
	start := time.Now()
	for range counted {
		take()
	}
	return time.Since(start)
}

func stepOf(b *testing.B, s stepper, texts values) func() {
	return func() { mustStep(b, s, texts) }
}

func atOnce(work ...func()) {
	var wait sync.WaitGroup
	for _, w := range work {
		wait.Go(w)
	}
	wait.Wait()
}

// benchConfig is a method at the papers' sizes; RNP is without the attacker beside it.
func benchConfig(method string) rationalizer.Config {
	return rationalizer.Config{
		Method: method, Classes: 2, Vectors: manyVectors(), Hyper: rationalizer.Defaults(), StepsPerRun: 1,
		Flags: map[string]bool{"attack": method != "RNP"},
	}
}

// lengths are those of texts, from least to most.
func lengths(texts, least, most int) []int {
	out := make([]int, texts)
	for i := range out {
		out[i] = least + i*(most-least)/(texts-1)
	}
	return out
}
