package plots

import (
	"cmp"
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

// times is the summary in another unit.
func (s Summary) times(factor float64) Summary {
	return Summary{Mean: factor * s.Mean, Std: factor * s.Std, N: s.N}
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

// SummarizeSeeds joins records of runs that differ in nothing but the seed; their
// epochs may differ, since each run has a best one of its own. Anything else
// means that the selection was too loose: an *AmbiguousError names the records
// and the key in which they differ.
func SummarizeSeeds(records []Record) (Summary, error) {
	bySeed := map[string]Record{}
	values := make([]float64, 0, len(records))
	for _, r := range records {
		seed := r.Labels[SeedKey]
		if first, twice := bySeed[seed]; twice {
			return Summary{}, &AmbiguousError{first, r}
		}
		if differ(&records[0], &r) != nil {
			return Summary{}, &AmbiguousError{records[0], r}
		}
		bySeed[seed] = r
		values = append(values, r.Value)
	}
	return Summarize(values), nil
}

// differ finds the first key by which one of two records can be selected
// without the other, the seed aside; nil when there is none.
func differ(a, b *Record) *column {
	for i, c := range selectable {
		if c.name != SeedKey && c.format(a) != c.format(b) {
			return &selectable[i]
		}
	}
	return nil
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

// AmbiguousError tells of two records where one number was expected.
type AmbiguousError struct{ A, B Record }

// Error names the runs, and what to do.
func (e *AmbiguousError) Error() string {
	pair := []Record{e.A, e.B}
	SortRecords(pair)
	a, b := pair[0], pair[1]
	both := fmt.Sprintf("two records stand for one number, of %s and of %s", a.source(), b.source())
	if c := differ(&a, &b); c != nil {
		return fmt.Sprintf("%s: with %s %q and %q; say which %s is meant", both, c.name, c.format(&a), c.format(&b), c.name)
	}
	switch {
	case a.Run != b.Run:
		return fmt.Sprintf("%s: both are %s; keep one, or give the runs a key to be told apart by", both, a.describe())
	case a.Epoch != b.Epoch:
		return fmt.Sprintf("%s: of the epochs %d and %d; only one epoch can be shown here", both, a.Epoch, b.Epoch)
	}
	return fmt.Sprintf("%s: the same record twice, %s", both, a.describe())
}

// source names the run behind the record.
func (r *Record) source() string {
	return fmt.Sprintf("run %q (seed %s)", r.Run, cmp.Or(r.Labels[SeedKey], "unknown"))
}
