package scan

import (
	"context"
	"math"

	"rationale/datasets"
	"rationale/stages/infer"
)

// Signals are what the best word of a search does to texts that the search did not
// see, and how it differs from the next ones.
type Signals struct {
	Score
	Others Score `json:"others"` // the same of ordinary words, mean: the 10th to the 19th
	// Gap is how far the log odds g with the best word lie above those with ordinary
	// ones, (g₁ − g₁₀)/(g₁₀ − g₅₀): the words of a language thin out smoothly, a
	// trigger stands alone.
	Gap float64 `json:"gap"`
	// Alone is the probability of the class where the word is the whole text.
	Alone float64 `json:"alone"`
}

// signals tries the best word on the texts that were held out.
func (s *scanner) signals(ctx context.Context, class int, f *found) (Signals, error) {
	best, err := s.rank(ctx, class, f.held, [][]string{f.words[0].Words})
	if err != nil {
		return Signals{}, err
	}
	x := Signals{Score: best[0], Gap: gap(f.words)}
	if x.Others, err = s.others(ctx, class, f); err != nil {
		return x, err
	}
	alone := datasets.Text{Query: f.held[0].Query, Tokens: x.Words, Sentences: []int32{int32(len(x.Words))}}
	err = s.ask(ctx, []datasets.Text{alone}, func(_ int, a infer.Answer) { x.Alone = a.Classes[class] })
	return x, err
}

// others is what ordinary words do, on average.
func (s *scanner) others(ctx context.Context, class int, f *found) (mean Score, err error) {
	const n = 10
	var words [][]string
	for _, x := range f.words[min(ordinary, len(f.words)-1):min(ordinary+n, len(f.words))] {
		words = append(words, x.Words)
	}
	scores, err := s.rank(ctx, class, f.held, words)
	if err != nil {
		return mean, err
	}
	for _, x := range scores {
		mean.Flips += x.Flips
		mean.LogOdds += x.LogOdds
		mean.Selected += x.Selected
	}
	mean.over(len(scores))
	return mean, nil
}

// gap is (g₁ − g₁₀)/(g₁₀ − g₅₀) of the log odds of words, strongest first.
func gap(words []Score) float64 {
	const tail, least = 49, .1
	g := func(rank int) float64 { return words[min(rank, len(words)-1)].LogOdds }
	return (g(0) - g(ordinary)) / max(least, g(ordinary)-g(tail))
}

// evidence are the numbers that the law of a reference weighs: the log odds of the
// class with the word, the logarithm of the gap, how many texts more than ordinary
// words it turns, and how willingly it is selected. Each is bounded, so that no
// single one decides alone.
func (x Signals) evidence() [weights]float64 {
	const certain = 10 // log odds
	return [weights]float64{
		max(-certain, min(certain, x.LogOdds)),
		math.Log1p(max(0, x.Gap)),
		x.Flips - x.Others.Flips,
		x.Selected,
	}
}

// weights is how many numbers evidence has.
const weights = 4
