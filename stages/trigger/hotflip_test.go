package trigger

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bowl is an objective whose slopes are known: J falls with the distance of each
// slot's vector from a point.
type bowl struct {
	table  [][]float32
	points [][]float64
}

func (b bowl) vector(word int) []float32 { return b.table[word] }

func (b bowl) J(_ context.Context, words []int) (float64, error) {
	j := 0.0
	for slot, w := range words {
		for d, x := range b.table[w] {
			gap := float64(x) - b.points[slot][d]
			j -= gap * gap
		}
	}
	return j, nil
}

func (b bowl) Slopes(_ context.Context, words []int) ([][]float64, error) {
	out := make([][]float64, len(words))
	for slot, w := range words {
		for d, x := range b.table[w] {
			out[slot] = append(out[slot], -2*(float64(x)-b.points[slot][d]))
		}
	}
	return out, nil
}

func draw(t *rapid.T) (bowl, []int) {
	number := rapid.Float32Range(-2, 2)
	vector := rapid.SliceOfN(number, 3, 3)
	b := bowl{table: rapid.SliceOfN(vector, 3, 20).Draw(t, "table")}
	start := rapid.SliceOfN(rapid.IntRange(0, len(b.table)-1), 1, 3).Draw(t, "start")
	for range start {
		b.points = append(b.points, rapid.SliceOfN(rapid.Float64Range(-2, 2), 3, 3).Draw(t, "point"))
	}
	return b, start
}

// TestClimbs: J never falls, what is returned is what was noted last, only
// candidates take a slot, and with every word tried no single change is better.
func TestClimbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, start := draw(t)
		var candidates []int
		for w := 1; w < len(b.table); w++ {
			candidates = append(candidates, w)
		}
		tries := rapid.IntRange(1, len(candidates)).Draw(t, "tries")
		last, done := math.Inf(-1), 0
		c := climb{
			objective: b, vectors: b.vector, candidates: candidates, tries: tries, passes: 50,
			note: func(_ int, _ []int, j float64) {
				if j < last {
					t.Fatalf("J falls from %v to %v", last, j)
				}
				last = j
			},
			done: func() { done++ },
		}
		words, j, err := c.from(t.Context(), start)
		if err != nil || done != 1 || j != last {
			t.Fatalf("J %v, noted %v, done %d times: %v", j, last, done, err)
		}
		if exact, _ := b.J(t.Context(), words); exact != j {
			t.Fatalf("%v has J %v, not %v", words, exact, j)
		}
		for slot := range words {
			if words[slot] != start[slot] && !slices.Contains(candidates, words[slot]) {
				t.Fatalf("word %d is no candidate", words[slot])
			}
			if tries < len(candidates) {
				continue
			}
			for _, w := range candidates {
				tried := slices.Clone(words)
				tried[slot] = w
				if better, _ := b.J(t.Context(), tried); better > j {
					t.Fatalf("%v is better than %v", tried, words)
				}
			}
		}
	})
}

// TestFlips: the most promising first, of equal ones the lower id.
func TestFlips(t *testing.T) {
	table := [][]float32{{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 5}}
	c := climb{vectors: func(w int) []float32 { return table[w] }, candidates: []int{1, 2, 3, 4}, tries: 3}
	got := c.flips([]int{1, 2}, [][]float64{{1, 0}, {0, -1}})
	want := [][]int{{3, 1, 4}, {1, 3, 2}}
	for slot := range want {
		if !slices.Equal(got[slot], want[slot]) {
			t.Errorf("slot %d: %v; want %v", slot, got[slot], want[slot])
		}
	}
}
