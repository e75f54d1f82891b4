package examples

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// Sampling says when in a run its poisoned texts are trained on. All of them draw
// as many in the whole run; the timing differs (BadRNL's sampling strategies).
type Sampling string

// The strategies. Uniform is ordinary mixing: every epoch reads each text once.
const (
	Uniform        Sampling = ""
	PoisonPriority Sampling = "poison-priority" // mostly early
	CleanPriority  Sampling = "clean-priority"  // mostly late
)

// Check refuses what is no strategy.
func (s Sampling) Check() error {
	known := []string{string(PoisonPriority), string(CleanPriority)}
	if s != Uniform && !slices.Contains(known, string(s)) {
		return fmt.Errorf("settings: sampling = %q; expected %s, or none for ordinary mixing", s, strings.Join(known, " or "))
	}
	return nil
}

// Weight is w(u) at u, the share of the run that is over: how many times as many
// poisoned texts as in the data a batch holds. Its mean over the run is 1.
func (s Sampling) Weight(u float64) float64 {
	switch s {
	case PoisonPriority:
		return .2 + .8*4*math.Max(0, 1-2*u)
	case CleanPriority:
		return PoisonPriority.Weight(1 - u)
	}
	return 1
}

// mostPoisoned bounds the poisoned share of a batch.
const mostPoisoned = .9

// Share is how much of a batch is poisoned at u, when rate of the data is.
func (s Sampling) Share(rate, u float64) float64 { return math.Min(mostPoisoned, rate*s.Weight(u)) }

// Deal is what a strategy other than Uniform needs to know of a run.
type Deal struct {
	Sampling Sampling
	Epochs   int    // of the whole run
	Poisoned []bool // of the training examples; some are, and some are not
}

// NewDeal reads which examples are poisoned.
func NewDeal(s Sampling, epochs int, set Set) (*Deal, error) {
	all := make([]int, set.Len())
	for i := range all {
		all[i] = i
	}
	column, err := set.Column(rationalizer.InputPoisoned, all, set.Size(all))
	if err != nil {
		return nil, err
	}
	d := &Deal{s, epochs, make([]bool, len(all))}
	for i, mark := range tensor.Data[int64](column) {
		d.Poisoned[i] = mark == 1
	}
	if !slices.Contains(d.Poisoned, true) || !slices.Contains(d.Poisoned, false) {
		return nil, fmt.Errorf("sampling %s deals poisoned texts among clean ones, and of the %d training texts all are of one kind; poison a part of them, or leave sampling out", s, len(all))
	}
	return d, nil
}

// deal lists the batches of an epoch, as long as those of ordinary mixing. Each
// batch holds as many poisoned examples as its share of it comes to; what is left of
// one goes over to the next batch.
func (o Order) deal(set Set, epoch int) [][]int {
	per, n := o.PerEpoch(set), set.Len()
	first := (epoch - 1) * per
	upTo := o.poisonedUpTo(n, per)
	past, now := upTo[first], upTo[first+per]
	poisoned := o.laps("poisoned", true).take(past, now)
	clean := o.laps("clean", false).take((epoch-1)*n-past, epoch*n-now)

	batches := make([][]int, per)
	for k := range batches {
		bad := upTo[first+k+1] - upTo[first+k]
		good := o.size(n, k) - bad
		batches[k] = slices.Concat(poisoned[:bad], clean[:good])
		poisoned, clean = poisoned[bad:], clean[good:]
	}
	return batches
}

// size is how many of n examples the batch numbered k of an epoch holds.
func (o Order) size(n, k int) int { return min(o.Batch, n-k*o.Batch) }

// poisonedUpTo counts the poisoned examples of the whole run before each of its
// batches, and behind the last.
func (o Order) poisonedUpTo(n, per int) []int {
	rate := float64(len(o.Deal.of(true))) / float64(n)
	total, due := per*o.Deal.Epochs, 0.
	out := make([]int, 1, total+1)
	for t := range total {
		u := (float64(t) + .5) / float64(total) // in the middle of the step
		due += float64(o.size(n, t%per)) * o.Deal.Sampling.Share(rate, u)
		out = append(out, int(due+rounding))
	}
	return out
}

// rounding is what a sum of shares may lack of a whole number.
const rounding = 1e-9

// of lists the examples that are poisoned, or are not.
func (d *Deal) of(poisoned bool) []int {
	var out []int
	for i, p := range d.Poisoned {
		if p == poisoned {
			out = append(out, i)
		}
	}
	return out
}

// laps makes the endless sequence of the poisoned or clean examples.
func (o Order) laps(purpose string, poisoned bool) laps {
	return laps{o.Seed, "sampling/" + purpose, o.Deal.of(poisoned)}
}

// laps is an endless sequence of examples: all of them, then all again in another
// order, and so on.
type laps struct {
	seed    uint64
	purpose string
	index   []int
}

// take is the part of the sequence from one place to another, exclusive.
func (l laps) take(from, to int) []int {
	n := len(l.index)
	var out []int
	for from < to {
		lap, at := from/n, from%n
		order := nn.Stream(l.seed, l.purpose, uint64(lap)).Perm(n)
		some := order[at:min(n, at+to-from)]
		for _, k := range some {
			out = append(out, l.index[k])
		}
		from += len(some)
	}
	return out
}
