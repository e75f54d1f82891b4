package onion

import (
	"math"
	"strings"
)

// Order is that of the longest runs of words that a KneserNey knows: trigrams.
const Order = 3

// KneserNey is an interpolated Kneser–Ney language model (Chen and Goodman 1999): a
// word follows its context as often as it was seen to, less a discount, and what is
// discounted goes to what the shorter context says,
//
//	p(w|c) = (max(n(cw) − D, 0) + D·N₁₊(c·)·p(w|c′)) / n(c·),
//
// where n counts occurrences behind the longest contexts and, behind shorter ones,
// the different words that were seen in front. Below the empty context all words
// are equally likely, one that is unknown among them. Case is no matter to it.
type KneserNey struct {
	ids    map[string]int32
	levels []level // by the length of the context
}

// gram is a run of words by their ids, the last one at the end. What a shorter run
// lacks is absent, as is what would stand in front of a text.
type gram [Order]int32

const (
	absent  = -1
	unknown = 0 // the id of words that no training text has
)

// level is what is known of contexts of one length.
type level struct {
	counts   map[gram]int32     // n(cw)
	contexts map[gram]followers // by the run without its last word
	discount float64            // D
}

// followers sum up what was seen behind a context.
type followers struct {
	count int32 // n(c·)
	kinds int32 // N₁₊(c·): how many different words
}

// Train learns a model from texts; order is at most Order.
func Train(texts [][]string, order int) *KneserNey {
	m := &KneserNey{ids: map[string]int32{}, levels: make([]level, order)}
	counts := map[gram]int32{}
	for _, words := range texts {
		ids := m.learn(words)
		for i := range ids {
			counts[at(ids, i).from(order-1)]++
		}
	}
	for n := order - 1; n >= 0; n-- {
		m.levels[n] = newLevel(counts)
		counts = continuations(counts, n-1)
	}
	return m
}

// learn gives the ids of words, new ones to those that it does not know.
func (m *KneserNey) learn(words []string) []int32 {
	for _, word := range words {
		word = strings.ToLower(word)
		if m.ids[word] == unknown {
			m.ids[word] = int32(len(m.ids)) + 1
		}
	}
	return m.read(words)
}

// read gives the ids of words.
func (m *KneserNey) read(words []string) []int32 {
	out := make([]int32, len(words))
	for i, word := range words {
		out[i] = m.ids[strings.ToLower(word)]
	}
	return out
}

// at is word i with the words in front of it.
func at(ids []int32, i int) gram {
	var g gram
	for k := range g {
		g[k] = absent
		if j := i - (Order - 1) + k; j >= 0 {
			g[k] = ids[j]
		}
	}
	return g
}

// from is the run with a context of n words.
func (g gram) from(n int) gram {
	for k := range Order - 1 - n {
		g[k] = absent
	}
	return g
}

// context is the run without its last word.
func (g gram) context() gram {
	g[Order-1] = absent
	return g
}

func newLevel(counts map[gram]int32) level {
	l := level{counts: counts, contexts: map[gram]followers{}}
	var once, twice float64
	for g, n := range counts {
		c := l.contexts[g.context()]
		l.contexts[g.context()] = followers{c.count + n, c.kinds + 1}
		switch n {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	l.discount = discount(once, twice)
	return l
}

// discount is Kneser and Ney's estimate n₁/(n₁ + 2n₂) from how many runs occur once
// and twice. Where none occurs once it says nothing, and something has to be left
// for words that were not seen.
func discount(once, twice float64) float64 {
	if once == 0 {
		return .5
	}
	return once / (once + 2*twice)
}

// continuations counts, for runs with contexts of n words, the different words that
// stand in front of them.
func continuations(counts map[gram]int32, n int) map[gram]int32 {
	out := map[gram]int32{}
	for g := range counts {
		out[g.from(n)]++
	}
	return out
}

// probability of the last word of a run, behind a context of n words.
func (m *KneserNey) probability(g gram, n int) float64 {
	if n < 0 {
		return 1 / float64(len(m.ids)+1)
	}
	l, g := m.levels[n], g.from(n)
	shorter := m.probability(g, n-1)
	c := l.contexts[g.context()]
	if c.count == 0 {
		return shorter
	}
	seen := max(float64(l.counts[g])-l.discount, 0)
	return (seen + l.discount*float64(c.kinds)*shorter) / float64(c.count)
}

// logProbability of word i, given those in front of it.
func (m *KneserNey) logProbability(ids []int32, i int) float64 {
	return math.Log(m.probability(at(ids, i), len(m.levels)-1))
}
