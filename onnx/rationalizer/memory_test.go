package rationalizer

import (
	"fmt"
	"math"
	"testing"

	"rationale/onnx/nn"
)

// TestMemoryIsThatOfMeasuredSteps holds the estimate against the memory of benchmarks
// (onnx/PERFORMANCE.md), in GB: it is less, by a quarter at most where a step takes 1 GB
// or more.
func TestMemoryIsThatOfMeasuredSteps(t *testing.T) {
	bert := func(recompute nn.Recompute) Config {
		c := bertBenchConfig()
		c.BERT.Recompute = recompute
		return c
	}
	tables := bert(nn.RecomputeNothing)
	tables.BERT.TrainTables = true
	for _, m := range []struct {
		name          string
		c             Config
		texts, length int
		measured      float64
	}{
		{"RNP", benchConfig("RNP"), 64, 256, .33},
		{"RNP", benchConfig("RNP"), 256, 256, .80},
		{"RNP+A2I", benchConfig("RNP+A2I"), 64, 256, .47},
		{"RNP+A2I", benchConfig("RNP+A2I"), 256, 256, 1.41},
		{"BERT", bert(nn.RecomputeNothing), 8, 64, 1.4},
		{"BERT", bert(nn.RecomputeNothing), 32, 128, 4.1},
		{"BERT", bert(nn.RecomputeNothing), 32, 256, 8.3},
		{"attention again", bert(nn.RecomputeAttention), 8, 64, 1.3},
		{"attention again", bert(nn.RecomputeAttention), 32, 128, 2.8},
		{"attention again", bert(nn.RecomputeAttention), 32, 256, 5.2},
		{"layers again", bert(nn.RecomputeLayers), 8, 64, 1.4},
		{"layers again", bert(nn.RecomputeLayers), 32, 128, 1.5},
		{"layers again", bert(nn.RecomputeLayers), 32, 256, 1.9},
		{"tables that learn", tables, 8, 64, 2.5},
	} {
		t.Run(fmt.Sprintf("%s %dx%d", m.name, m.texts, m.length), func(t *testing.T) {
			size := Size{Examples: m.texts, Positions: m.length, Sentences: 1}
			got := mustStepGraph(t, m.c).Memory(size, int64(m.texts*m.length/8), 0).Total() / 1e9
			if got > 1.05*m.measured || m.measured >= 1 && got < .75*m.measured {
				t.Errorf("%.2f GB; measured %.2f", got, m.measured)
			}
			t.Logf("%.2f GB, measured %.2f", got, m.measured)
		})
	}
}

// TestMemoryOfGraphs grows with the square of their nodes: each has the edges between
// all pairs.
func TestMemoryOfGraphs(t *testing.T) {
	g := mustStepGraph(t, smallGCN("RNP", benchConfig("RNP").dtype()))
	of := func(nodes int) float64 { return g.Memory(Size{Examples: 10, Positions: nodes}, 1, 1).Batch }
	if ratio := of(2000) / of(1000); math.Abs(ratio-4) > .1 {
		t.Errorf("twice the nodes take %.2f times the memory", ratio)
	}
	if least := 8. * 10 * 1000 * 1000; of(1000) < least {
		t.Errorf("%g bytes, though the edges of the batch take %g", of(1000), least)
	}
}

// TestMemoryOfParameters: twice the width is nearly four times of them, and twice the
// states.
func TestMemoryOfParameters(t *testing.T) {
	of := func(hidden int) Memory {
		c := benchConfig("RNP")
		c.Hyper.Hidden = hidden
		return mustStepGraph(t, c).Memory(Size{Examples: 8, Positions: 8, Sentences: 1}, 8, 0)
	}
	one, two := of(4000), of(8000)
	if two.Parameters < 3.8*one.Parameters || two.Parameters > 4*one.Parameters || two.Batch < 1.8*one.Batch || two.Batch > 2.1*one.Batch {
		t.Errorf("%+v, %+v", one, two)
	}
	if state := 4.0 * 3 * 6 * 4000 * 4000 * 2; one.Parameters < state {
		t.Errorf("%g bytes, though the GRUs' matrices with their moments take %g", one.Parameters, state)
	}
}
