package examples

import (
	"cmp"
	"iter"
	"slices"

	"rationale/onnx/nn"
)

// Order says how training examples are put into batches.
type Order struct {
	Seed  uint64
	Batch int // examples in a batch
	// Bucket sorts the examples of that many batches by length before cutting
	// them into batches, so that short ones are not padded to long ones; 0
	// leaves the shuffled order.
	Bucket int
	// Deal times the poisoned examples, and then decides what is in which batch;
	// nil mixes all examples alike.
	Deal *Deal
}

// Epoch lists the batches of an epoch (counted from 1). The last batch may be
// smaller. The order depends on seed, epoch and deal alone.
func (o Order) Epoch(set Set, epoch int) [][]int {
	if o.Deal != nil {
		return o.deal(set, epoch)
	}
	r := nn.Stream(o.Seed, "shuffle", uint64(epoch))
	index := r.Perm(set.Len())
	if o.Bucket > 0 {
		for window := range slices.Chunk(index, o.Batch*o.Bucket) {
			byLength(set, window)
		}
	}
	batches := slices.Collect(slices.Chunk(index, o.Batch))
	if o.Bucket > 0 {
		r.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	}
	return batches
}

// PerEpoch is how many batches an epoch has.
func (o Order) PerEpoch(set Set) int { return (set.Len() + o.Batch - 1) / o.Batch }

// Sorted puts examples of similar length into batches of a size, for evaluation.
func Sorted(set Set, size int) [][]int {
	index := make([]int, set.Len())
	for i := range index {
		index[i] = i
	}
	byLength(set, index)
	return slices.Collect(slices.Chunk(index, size))
}

func byLength(set Set, index []int) {
	slices.SortStableFunc(index, func(i, j int) int { return cmp.Compare(set.Length(i), set.Length(j)) })
}

// Groups cuts an epoch's batches into runs of step graphs, in their order: k
// batches where as many of one size follow one another, otherwise one.
func Groups(batches [][]int, k int) iter.Seq[[][]int] {
	return func(yield func([][]int) bool) {
		for len(batches) > 0 {
			n := 1
			if ahead := batches[:min(k, len(batches))]; len(ahead) == k && sameSize(ahead) {
				n = k
			}
			if !yield(batches[:n]) {
				return
			}
			batches = batches[n:]
		}
	}
}

func sameSize(batches [][]int) bool {
	return !slices.ContainsFunc(batches, func(b []int) bool { return len(b) != len(batches[0]) })
}
