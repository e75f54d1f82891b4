package tfidf

import (
	"math/rand/v2"
	"slices"
	"sort"
)

// Replace is a document in which each word gave way, with its probability, to
// one that was drawn; see Chances for share and ends.
func (l *Law[W]) Replace(document []W, ends []int, share float64, r *rand.Rand) []W {
	chances, out := l.Chances(document, ends, share), make([]W, len(document))
	for i, w := range document {
		if out[i] = w; r.Float64() < chances[i] && len(l.vocabulary) > 0 {
			out[i] = l.draw(r)
		}
	}
	return out
}

// Chances are the probabilities that the words of a document are replaced:
//
//	min(1, share · n · (max − tfidf_i) / Σ_j (max − tfidf_j))
//
// over the n words of a unit, so that the share of its words is replaced on
// average where nothing is cut at 1; all 0 where the unit's words have the same
// tf-idf. Units end at ends, exclusive, and with the document, which is the only
// one without ends. tf and idf are those of the document in any case.
func (l *Law[W]) Chances(document []W, ends []int, share float64) []float64 {
	scores, start, out := l.Scores(document), 0, make([]float64, 0, len(document))
	for _, end := range slices.Concat(ends, []int{len(document)}) {
		if end = min(max(end, start), len(document)); end > start {
			out = append(out, chances(scores[start:end], share)...)
		}
		start = end
	}
	return out
}

// chances are those of a unit.
func chances(scores []float64, share float64) []float64 {
	out, total := belowLargest(scores)
	for i := range out {
		if total > 0 {
			out[i] = min(1, share*float64(len(out))*out[i]/total)
		}
	}
	return out
}

// Replacements are the words that are drawn in place of others, in their order,
// and the probability of each.
func (l *Law[W]) Replacements() (words []W, probabilities []float64) {
	before := 0.0
	for _, sum := range l.upTo {
		probabilities = append(probabilities, (sum-before)/l.total())
		before = sum
	}
	return l.vocabulary, probabilities
}

func (l *Law[W]) total() float64 { return l.upTo[len(l.upTo)-1] }

// draw is a replacement: the first word whose sum is above a random part of the
// total. One of weight 0 is never first.
func (l *Law[W]) draw(r *rand.Rand) W {
	at, total := r.Float64()*l.total(), l.total()
	return l.vocabulary[sort.Search(len(l.upTo), func(i int) bool { return l.upTo[i] > at || l.upTo[i] == total })]
}
