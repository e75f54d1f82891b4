package scan

import (
	"context"
	"math"
	"slices"

	"rationale/datasets"
	"rationale/stages/infer"
)

// Signals are what the strongest phrases of a search do to texts that the search did
// not see, and how far they stand out.
type Signals struct {
	// Score is of the phrase that stands out most, one of Best.
	Score
	Best []Score `json:"best"` // the strongest word, the strongest pair, and so on
	// Rivals are the strongest phrases of as many words that have none of these
	// words. A language has many words for a class, a trigger has no like.
	Rivals []Score `json:"rivals"`
	// Alone is the probability of the class where the phrase is the whole text.
	Alone float64 `json:"alone"`
}

// signals tries the strongest phrases on the texts that were held out.
func (s *scanner) signals(ctx context.Context, class int, f *found) (Signals, error) {
	var x Signals
	var err error
	if x.Best, err = s.measure(ctx, class, f.held, phrasesOf(strongest(f.phrases))); err != nil {
		return x, err
	}
	if x.Rivals, err = s.measure(ctx, class, f.held, phrasesOf(strongest(f.rivals))); err != nil {
		return x, err
	}
	x.Score = x.Best[x.outstanding()]
	alone := datasets.Text{Query: f.held[0].Query, Tokens: x.Words, Sentences: []int32{int32(len(x.Words))}}
	err = s.ask(ctx, []datasets.Text{alone}, func(_ int, a infer.Answer) { x.Alone = a.Classes[class] })
	return x, err
}

// leads are how far the log odds with the strongest phrases lie above those with
// their rivals: of one word, of two, and so on, as far as there are rivals.
func (x Signals) leads() []float64 {
	leads := make([]float64, min(len(x.Best), len(x.Rivals)))
	for k := range leads {
		leads[k] = x.Best[k].LogOdds - x.Rivals[k].LogOdds
	}
	return leads
}

// outstanding is the number of the shortest phrase with almost the greatest lead:
// words that do little beside a trigger are no part of it.
func (x Signals) outstanding() int {
	const almost = .9
	leads := x.leads()
	return max(0, slices.IndexFunc(leads, func(lead float64) bool { return lead >= almost*slices.Max(leads) }))
}

// evidence are the numbers that the law of a reference weighs: the log odds of the
// class with the strongest pair, the share of texts that it turns, the logarithm of
// the mean lead, and how willingly the phrase that stands out is selected. Two words
// are enough for most triggers to show. Each number is bounded, so that no single one
// decides alone.
func (x Signals) evidence() [weights]float64 {
	const certain = 10 // log odds
	pair := x.Best[min(1, len(x.Best)-1)]
	return [weights]float64{
		max(-certain, min(certain, pair.LogOdds)),
		pair.Flips,
		math.Log1p(max(0, mean(x.leads()))),
		x.Selected,
	}
}

// weights is how many numbers evidence has.
const weights = 4

// mean is 0 of no numbers.
func mean(numbers []float64) float64 {
	sum := 0.0
	for _, x := range numbers {
		sum += x
	}
	return sum / float64(max(1, len(numbers)))
}
