package zscore

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
)

// Counts are how often words occur in texts of each label, by tokens: a word that
// stands twice in a text counts twice.
type Counts struct {
	classes int
	words   map[string][]int
}

// NewCounts begins to count for so many classes.
func NewCounts(classes int) *Counts {
	return &Counts{classes, map[string][]int{}}
}

// Add counts the words of a text.
func (c *Counts) Add(words []string, label int) {
	for _, word := range words {
		of := c.words[word]
		if of == nil {
			of = make([]int, c.classes)
			c.words[word] = of
		}
		of[label]++
	}
}

// Score tells how far a word and a label go together beyond chance.
type Score struct {
	Word  string  `json:"word"`
	Label int     `json:"label"`
	Total int     `json:"total"` // n_w, occurrences of the word
	With  int     `json:"with"`  // n_wc, those in texts of the label
	Z     float64 `json:"z"`
}

// newScore compares the share of a word's occurrences that the label has with the
// share 1/K that it would have of a word without meaning, in standard errors:
// z = (n_wc/n_w − 1/K) / √((1/K)(1−1/K)/n_w).
func newScore(word string, label int, counts []int) Score {
	total := 0
	for _, n := range counts {
		total += n
	}
	chance := 1 / float64(len(counts))
	share := float64(counts[label]) / float64(total)
	z := (share - chance) / math.Sqrt(chance*(1-chance)/float64(total))
	return Score{word, label, total, counts[label], z}
}

// Scores are the scores of all pairs of a word and a label that occur, sorted by
// word and label, with their mean and population standard deviation.
type Scores struct {
	All       []Score
	Mean, Std float64
}

// Scores scores all pairs that were counted.
func (c *Counts) Scores() Scores {
	var s Scores
	for _, word := range slices.Sorted(maps.Keys(c.words)) {
		counts := c.words[word]
		for label, n := range counts {
			if n > 0 {
				s.All = append(s.All, newScore(word, label, counts))
			}
		}
	}
	s.Mean = mean(s.values(func(z float64) float64 { return z }))
	s.Std = math.Sqrt(mean(s.values(func(z float64) float64 { return (z - s.Mean) * (z - s.Mean) })))
	return s
}

// values are a function of all scores.
func (s Scores) values(of func(z float64) float64) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for _, score := range s.All {
			if !yield(of(score.Z)) {
				return
			}
		}
	}
}

// mean of some numbers; 0 of none.
func mean(values iter.Seq[float64]) float64 {
	sum, n := 0., 0
	for x := range values {
		sum += x
		n++
	}
	return sum / float64(max(n, 1))
}

// Bounds are the lowest and the highest score that are not suspicious: so many
// standard deviations from the mean.
func (s Scores) Bounds(factor float64) (lower, upper float64) {
	return s.Mean - factor*s.Std, s.Mean + factor*s.Std
}

// Outside are the scores beyond the bounds, farthest from the mean first.
func (s Scores) Outside(factor float64) []Score {
	lower, upper := s.Bounds(factor)
	out := []Score{}
	for _, score := range s.All {
		if score.Z < lower || score.Z > upper {
			out = append(out, score)
		}
	}
	slices.SortStableFunc(out, func(a, b Score) int {
		return -cmp.Compare(math.Abs(a.Z-s.Mean), math.Abs(b.Z-s.Mean))
	})
	return out
}

// Where Gap looks for a gap: among so many of the highest scores, between one and
// the next that is at most this share of it, and only below words that go with their
// label nearly always. Class words of clean data fall off more slowly than that, and
// common words of data with unequal classes score high without being a sign.
const (
	gapAmong = 20
	gapShare = .75
	gapPure  = .8
)

// Gap is a factor in the middle of the widest gap among the highest scores. A trigger
// of a small dataset stands far above every word of the classes and yet below the
// usual factor, which was found on large ones. Without a gap it is the usual factor,
// and found is false.
func (s Scores) Gap() (factor float64, found bool) {
	factor, widest := Usual, gapShare
	above := s.highest(gapAmong + 1)
	for i := 1; i < len(above) && above[i-1].purity() >= gapPure; i++ {
		high, low := s.deviation(above[i-1]), max(s.deviation(above[i]), 0)
		if low <= widest*high {
			factor, widest, found = (high+low)/2, low/high, true
		}
	}
	return factor, found
}

// purity is the label's share of the word's occurrences.
func (s Score) purity() float64 { return float64(s.With) / float64(s.Total) }

// deviation is how far a score lies above the mean, in standard deviations.
func (s Scores) deviation(of Score) float64 { return (of.Z - s.Mean) / s.Std }

// highest are the n highest scores that lie above the mean, and a last one that need
// not.
func (s Scores) highest(n int) []Score {
	all := slices.Clone(s.All)
	slices.SortStableFunc(all, func(a, b Score) int { return cmp.Compare(b.Z, a.Z) })
	last := slices.IndexFunc(all, func(one Score) bool { return one.Z <= s.Mean })
	return all[:min(n, last+1)]
}
