package onion

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// LanguageModel says how surprising texts are.
type LanguageModel interface {
	// Name says which model it is, for people.
	Name() string
	// Perplexities are that of a text, and that of the text without each of its
	// words. A text of one word is as surprising without it.
	Perplexities(ctx context.Context, words []string) (whole float64, without []float64, err error)
}

// Name is that of the model that the stage trains.
func (m *KneserNey) Name() string {
	return fmt.Sprintf("interpolated Kneser-Ney, %d words in a run, trained on the clean training texts (%d different words)", len(m.levels), len(m.ids))
}

// Perplexities is part of LanguageModel. Without a word only those that had it in
// their context are read again.
func (m *KneserNey) Perplexities(_ context.Context, words []string) (whole float64, without []float64, err error) {
	ids := m.read(words)
	logs, sum := make([]float64, len(ids)), 0.
	for i := range ids {
		logs[i] = m.logProbability(ids, i)
		sum += logs[i]
	}
	whole = perplexity(sum, len(ids))
	for i := range ids {
		without = append(without, m.without(ids, logs, sum, i))
	}
	return whole, without, nil
}

// without is the perplexity of a text without word i, given the logarithms of all
// its words' probabilities and their sum.
func (m *KneserNey) without(ids []int32, logs []float64, sum float64, i int) float64 {
	if len(ids) == 1 {
		return perplexity(sum, 1)
	}
	end := min(i+len(m.levels), len(ids)) // behind the last one that had it in its context
	window := slices.Delete(slices.Clone(ids[:end]), i, i+1)
	for k := i; k < end; k++ {
		sum -= logs[k]
	}
	for k := i; k < len(window); k++ {
		sum += m.logProbability(window, k)
	}
	return perplexity(sum, len(ids)-1)
}

// perplexity is exp(−(1/n)·Σ log p) of n words.
func perplexity(sum float64, n int) float64 { return math.Exp(-sum / float64(n)) }
