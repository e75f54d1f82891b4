package plots

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Summary is what several seeds say together about one number.
type Summary struct {
	Mean float64 // NaN when N is 0
	Std  float64 // sample standard deviation (n−1); NaN when N < 2
	N    int     // seeds with a defined number
}

// Summarize returns mean and sample standard deviation of the values that are
// not NaN. The order of the values does not matter, to the last bit.
func Summarize(values []float64) Summary {
	defined := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(defined)
	switch len(defined) {
	case 0:
		return Summary{Mean: math.NaN(), Std: math.NaN()}
	case 1:
		return Summary{Mean: defined[0], Std: math.NaN(), N: 1}
	}
	mean, std := stat.MeanStdDev(defined, nil)
	return Summary{Mean: mean, Std: std, N: len(defined)}
}

// GroupBy sorts records into groups of the same key and keeps their order
// within each group.
func GroupBy[K comparable](records []Record, of func(Record) K) map[K][]Record {
	groups := map[K][]Record{}
	for _, r := range records {
		k := of(r)
		groups[k] = append(groups[k], r)
	}
	return groups
}

// SummarizeSeeds joins records that differ in the seed only. Two records of one
// seed mean that the selection was too loose: the error names the key in which
// they differ.
func SummarizeSeeds(records []Record) (Summary, error) {
	bySeed := map[int64]Record{}
	values := make([]float64, 0, len(records))
	for _, r := range records {
		if first, twice := bySeed[r.Seed]; twice {
			return Summary{}, ambiguous(first, r)
		}
		bySeed[r.Seed] = r
		values = append(values, r.Value)
	}
	return Summarize(values), nil
}

// SummarizeEpochs joins records that differ in seed and epoch only, and returns
// one point an epoch in ascending order. Records that belong to no epoch are
// left out.
func SummarizeEpochs(records []Record) ([]Point, error) {
	epochs := GroupBy(records, func(r Record) int { return r.Epoch })
	delete(epochs, 0)
	points := make([]Point, 0, len(epochs))
	for _, epoch := range slices.Sorted(maps.Keys(epochs)) {
		s, err := SummarizeSeeds(epochs[epoch])
		if err != nil {
			return nil, fmt.Errorf("epoch %d: %w", epoch, err)
		}
		points = append(points, Point{X: float64(epoch), Mean: s.Mean, Std: s.Std, N: s.N})
	}
	return points, nil
}

// ambiguous is the error for two records where one was expected.
func ambiguous(a, b Record) error {
	for _, k := range keys {
		if x, y := k.found(&a), k.found(&b); x != y {
			return fmt.Errorf("seed %d has two records, with %s %q and %q: say which %s is meant",
				a.Seed, k.name, min(x, y), max(x, y), k.name)
		}
	}
	if a.Run != b.Run {
		return fmt.Errorf("seed %d has two records, of the runs %q and %q: keep the records of one run a seed",
			a.Seed, min(a.Run, b.Run), max(a.Run, b.Run))
	}
	if a.Epoch != b.Epoch {
		return fmt.Errorf("seed %d has two records, of the epochs %d and %d: only one epoch can be shown here",
			a.Seed, min(a.Epoch, b.Epoch), max(a.Epoch, b.Epoch))
	}
	return fmt.Errorf("seed %d has the same record twice: %s", a.Seed, a.describe())
}
