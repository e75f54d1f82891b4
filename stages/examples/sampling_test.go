package examples

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// schedules is the reference's file: for each strategy w at some u, and the shares
// at some rates.
type schedules struct {
	U     []float64              `json:"u"`
	Rates []float64              `json:"rates"`
	W     map[string][]float64   `json:"w"`
	Share map[string][][]float64 `json:"share"`
}

// strategies are the reference's names of ours.
var strategies = map[string]Sampling{"uniform": Uniform, "poison_priority": PoisonPriority, "clean_priority": CleanPriority}

func TestSharesAgreeWithTheReference(t *testing.T) {
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, "sampling_schedule.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Grid, Random schedules }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, want := range []schedules{file.Grid, file.Random} {
		for name, s := range strategies {
			for i, u := range want.U {
				near(t, name+" w", s.Weight(u), want.W[name][i])
				for k, rate := range want.Rates {
					near(t, name+" share", s.Share(rate, u), want.Share[name][k][i])
				}
			}
		}
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// marked are examples of which some are poisoned.
type marked struct {
	lengths
	poisoned []int64
}

func (m marked) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	if name == rationalizer.InputPoisoned {
		return tensor.Vector(m.poisoned), nil
	}
	return m.lengths.Column(name, batch, size)
}

// someMarked are n examples, the first p of them poisoned.
func someMarked(n, p int) marked {
	m := marked{make(lengths, n), make([]int64, n)}
	for i := range n {
		m.lengths[i] = 3
		m.poisoned[i] = int64(1 - min(1, i/p))
	}
	return m
}

// dealt lists all batches of a run.
func dealt(t rapid.TB, o Order, set Set, s Sampling, epochs int) [][]int {
	var err error
	if o.Deal, err = NewDeal(s, epochs, set); err != nil {
		t.Fatal(err)
	}
	var all [][]int
	for epoch := 1; epoch <= epochs; epoch++ {
		all = append(all, o.Epoch(set, epoch)...)
	}
	return all
}

// TestDeals: each batch is as long as in ordinary mixing, and as many examples of
// it are poisoned as its share says, give or take one; no example comes again before
// all others of its kind have come.
func TestDeals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "examples")
		set := someMarked(n, rapid.IntRange(1, n-1).Draw(t, "poisoned"))
		o := Order{Seed: 3, Batch: rapid.IntRange(1, 9).Draw(t, "batch")}
		s := rapid.SampledFrom([]Sampling{PoisonPriority, CleanPriority}).Draw(t, "sampling")
		epochs := rapid.IntRange(1, 4).Draw(t, "epochs")
		var come [2][]int
		due, rate := 0., sumOf(set.poisoned)/float64(n)
		all := dealt(t, o, set, s, epochs)
		for at, batch := range all {
			if want := o.size(n, at%o.PerEpoch(set)); len(batch) != want {
				t.Fatalf("batch %d has %d examples, want %d", at, len(batch), want)
			}
			due += float64(len(batch)) * s.Share(rate, (float64(at)+.5)/float64(len(all)))
			for _, i := range batch {
				come[set.poisoned[i]] = append(come[set.poisoned[i]], i)
			}
			if got := float64(len(come[1])); math.Abs(got-due) >= 1+1e-6 {
				t.Fatalf("%v poisoned examples after batch %d, want %v", got, at, due)
			}
		}
		for _, kind := range come {
			everyLapIsWhole(t, kind)
		}
	})
}

func sumOf(marks []int64) (sum float64) {
	for _, m := range marks {
		sum += float64(m)
	}
	return sum
}

// everyLapIsWhole wants no example twice among as many as there are.
func everyLapIsWhole(t rapid.TB, come []int) {
	kinds := slices.Compact(slices.Sorted(slices.Values(come)))
	for lap := range slices.Chunk(come, max(1, len(kinds))) {
		once := slices.Compact(slices.Sorted(slices.Values(lap)))
		if len(once) != len(lap) {
			t.Fatalf("an example comes twice in %v", lap)
		}
	}
}

// TestBudgetsAreEqual: where no batch is at the bound, every strategy draws as many
// poisoned examples as ordinary mixing, the one at first and the other at last.
func TestBudgetsAreEqual(t *testing.T) {
	const n, poisoned, epochs = 80, 16, 4
	set := someMarked(n, poisoned)
	for s, early := range map[Sampling]bool{PoisonPriority: true, CleanPriority: false} {
		batches := dealt(t, Order{Seed: 1, Batch: 10}, set, s, epochs)
		half := [2]int{}
		for at, batch := range batches {
			for _, i := range batch {
				half[at*2/len(batches)] += int(set.poisoned[i])
			}
		}
		if half[0]+half[1] != poisoned*epochs {
			t.Errorf("%s draws %d poisoned examples, want %d", s, half[0]+half[1], poisoned*epochs)
		}
		if half[0] > half[1] != early {
			t.Errorf("%s draws %d in the first half, %d in the second", s, half[0], half[1])
		}
	}
}

func TestDealsThatMakeNoSense(t *testing.T) {
	for _, poisoned := range [][]int64{{0, 0}, {1, 1}} {
		_, err := NewDeal(PoisonPriority, 2, marked{lengths{3, 3}, poisoned})
		if err == nil || !strings.Contains(err.Error(), "all are of one kind; poison a part of them") {
			t.Errorf("poisoned %v: error %v", poisoned, err)
		}
	}
	if err := Sampling("poison").Check(); err == nil || !strings.Contains(err.Error(), `"poison"; expected poison-priority or clean-priority`) {
		t.Errorf("error %v", err)
	}
}
