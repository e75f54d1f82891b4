package tokenizer

import (
	"iter"
	"slices"
)

// Coverage says how much of a corpus has a word vector. A type is a distinct
// word, a token one occurrence of it.
type Coverage struct {
	Tokens        int `json:"tokens"`
	UnknownTokens int `json:"unknown_tokens"`
	Types         int `json:"types"`
	UnknownTypes  int `json:"unknown_types"`
}

// UnknownShare is the share of unknown tokens, 0 for an empty corpus.
func (c Coverage) UnknownShare() float64 {
	if c.Tokens == 0 {
		return 0
	}
	return float64(c.UnknownTokens) / float64(c.Tokens)
}

// CountWords lists the words of a corpus that known accepts (an embedding
// table's look-up, say), sorted by bytes, so that the list depends on nothing
// but the set of words. The words are folded as Words with the same lower
// folds them; known sees the folded form, once a type.
func CountWords(texts iter.Seq[[]string], lower bool, known func(word string) bool) ([]string, Coverage) {
	counts := make(map[string]int)
	for words := range texts {
		for _, word := range words {
			counts[fold(word, lower)]++
		}
	}
	var list []string
	c := Coverage{Types: len(counts)}
	for word, n := range counts {
		c.Tokens += n
		if word != "" && known(word) {
			list = append(list, word)
		} else {
			c.UnknownTypes++
			c.UnknownTokens += n
		}
	}
	slices.Sort(list)
	return list, c
}
