package trigger

import (
	"cmp"
	"context"
	"slices"
)

// objective is what a trigger is judged by, on one batch of texts. Words are ids.
type objective interface {
	// J of a trigger, exactly.
	J(ctx context.Context, words []int) (float64, error)
	// Slopes are the gradients of J for the vectors of the trigger's words.
	Slopes(ctx context.Context, words []int) ([][]float64, error)
}

// climb is HotFlip (Ebrahimi et al. 2018; Wallace et al. 2019) with beam 1: per pass
// it tries in each slot the words that promise most, from left to right, and keeps
// what is strictly better.
type climb struct {
	objective
	vectors    func(word int) []float32
	candidates []int
	tries      int // words tried in a slot
	passes     int // at most
	// note hears of the trigger as it starts, in pass 0, and after each slot.
	note func(pass int, words []int, j float64)
	done func() // no pass will follow
}

// from climbs from a start until a pass changes nothing.
func (c climb) from(ctx context.Context, start []int) (words []int, j float64, err error) {
	defer c.done()
	words = slices.Clone(start)
	if j, err = c.J(ctx, words); err != nil {
		return nil, 0, err
	}
	c.note(0, words, j)
	for pass := 1; pass <= c.passes; pass++ {
		before := j
		if words, j, err = c.pass(ctx, pass, words, j); err != nil {
			return nil, 0, err
		}
		if j == before {
			break
		}
	}
	return words, j, nil
}

// pass improves each slot once. What to try is known from the start of the pass.
func (c climb) pass(ctx context.Context, number int, words []int, j float64) ([]int, float64, error) {
	slopes, err := c.Slopes(ctx, words)
	if err != nil {
		return nil, 0, err
	}
	for slot, flips := range c.flips(words, slopes) {
		if words, j, err = c.improve(ctx, words, j, slot, flips); err != nil {
			return nil, 0, err
		}
		c.note(number, words, j)
	}
	return words, j, nil
}

// improve tries words in a slot.
func (c climb) improve(ctx context.Context, words []int, j float64, slot int, flips []int) ([]int, float64, error) {
	best := words
	for _, w := range flips {
		tried := slices.Clone(words)
		tried[slot] = w
		got, err := c.J(ctx, tried)
		if err != nil {
			return nil, 0, err
		}
		if got > j {
			best, j = tried, got
		}
	}
	return best, j, nil
}

// flips are the candidates that promise most in each slot, by the first-order
// estimate (E_w − E_t)·∂J/∂e; of equal ones the lower id first.
func (c climb) flips(words []int, slopes [][]float64) [][]int {
	out := make([][]int, len(words))
	for slot, t := range words {
		promise := map[int]float64{}
		for _, w := range c.candidates {
			promise[w] = rise(c.vectors(w), c.vectors(t), slopes[slot])
		}
		ranked := slices.SortedFunc(slices.Values(c.candidates), func(a, b int) int {
			return cmp.Or(cmp.Compare(promise[b], promise[a]), cmp.Compare(a, b))
		})
		out[slot] = ranked[:min(c.tries, len(ranked))]
	}
	return out
}

// rise is (to − from)·slope.
func rise(to, from []float32, slope []float64) float64 {
	sum := 0.0
	for d, g := range slope {
		sum += (float64(to[d]) - float64(from[d])) * g
	}
	return sum
}
