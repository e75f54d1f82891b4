// Package tfidf is NIR's noise: which words of a training text are replaced, and
// by what. Words that say little about a text, by their tf-idf in the training
// documents, are replaced most often, and mostly by other such words.
//
// It knows words as anything that has an order, and nothing of models.
package tfidf

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
)

// Law is the noise that a set of training documents gives. With N documents, of
// which df hold a word w,
//
//	idf(w)   = ln(N / df)
//	tf(w, d) = count of w in d / words of d
//	score(w) = Σ_d tf(w, d)·idf(w),
//
// and w is drawn as a replacement with a probability ∝ (max score − score(w)).
type Law[W cmp.Ordered] struct {
	idf        map[W]float64
	vocabulary []W       // of replacements, in order
	upTo       []float64 // the sum of the weights of the words up to each
}

// New counts training documents. The word never stands for several, such as all
// those unknown to a model: it is counted like any other and can be replaced,
// and is no replacement.
func New[W cmp.Ordered](documents iter.Seq[[]W], never W) *Law[W] {
	n, held, tf := 0, map[W]int{}, map[W]float64{}
	for d := range documents {
		n++
		for w, share := range frequencies(d) {
			held[w]++
			tf[w] += share
		}
	}
	l := &Law[W]{idf: map[W]float64{}}
	for w, df := range held {
		l.idf[w] = math.Log(float64(n) / float64(df))
	}
	delete(held, never)
	l.vocabulary = slices.Sorted(maps.Keys(held))
	l.upTo = sums(l.weights(tf))
	return l
}

// frequencies are the shares of a document that its words make up.
func frequencies[W cmp.Ordered](document []W) map[W]float64 {
	counts := map[W]int{}
	for _, w := range document {
		counts[w]++
	}
	tf := map[W]float64{}
	for w, n := range counts {
		tf[w] = float64(n) / float64(len(document))
	}
	return tf
}

// weights are what the vocabulary is drawn with: the distance to the largest
// score, or when all have the same 1. tf is the sum over the documents.
func (l *Law[W]) weights(tf map[W]float64) []float64 {
	scores := make([]float64, len(l.vocabulary))
	for i, w := range l.vocabulary {
		scores[i] = tf[w] * l.idf[w]
	}
	gaps, total := belowLargest(scores)
	if total == 0 {
		return slices.Repeat([]float64{1}, len(gaps))
	}
	return gaps
}

// belowLargest is how far each number lies below the largest, and the sum.
func belowLargest(numbers []float64) (gaps []float64, total float64) {
	if len(numbers) == 0 {
		return nil, 0
	}
	largest := slices.Max(numbers)
	for _, x := range numbers {
		gaps = append(gaps, largest-x)
		total += largest - x
	}
	return gaps, total
}

// sums are those of the numbers up to each.
func sums(numbers []float64) []float64 {
	total, out := 0.0, make([]float64, len(numbers))
	for i, x := range numbers {
		total += x
		out[i] = total
	}
	return out
}

// Scores are tf·idf of each word of a document. A word that no training document
// holds counts 0.
func (l *Law[W]) Scores(document []W) []float64 {
	tf, out := frequencies(document), make([]float64, len(document))
	for i, w := range document {
		out[i] = tf[w] * l.idf[w]
	}
	return out
}
