package scan

import (
	"context"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/stages/infer"
)

// Sizes of the search for phrases.
const (
	longest  = 3   // words of a phrase
	leaders  = 40  // the strongest words, of which a pair has one at least
	fewTexts = 3   // texts that tell which phrases are promising
	exactly  = 100 // phrases of a length that all texts of the search are asked about
	beam     = 10  // phrases that are made longer
)

// extend finds the strongest phrases, and the strongest without any of their words.
// A trigger of several words may do little without one of them, so that words are
// put together that do little alone.
func (s *scanner) extend(ctx context.Context, class int, f *found) error {
	pairs, err := s.longer(ctx, class, f.search, first(leaders, f.words), f.words)
	if err != nil {
		return err
	}
	if f.phrases, err = s.climb(ctx, class, f.search, f.words, pairs); err != nil {
		return err
	}
	var taken []string
	for _, x := range strongest(f.phrases) {
		taken = append(taken, x.Words...)
	}
	f.rivals, err = s.climb(ctx, class, f.search, lacking(f.words, taken), lacking(pairs, taken))
	return err
}

// climb ranks phrases of one word, of two, and so on, from words and pairs that are
// promising; longer ones are made of the strongest of the length before.
func (s *scanner) climb(ctx context.Context, class int, texts []datasets.Text, words, promising []Score) ([][]Score, error) {
	if len(words) == 0 {
		return nil, nil
	}
	ranked := [][]Score{words}
	for len(promising) > 0 {
		best, err := s.rank(ctx, class, texts, phrasesOf(first(exactly, promising)))
		if ranked = append(ranked, best); err != nil || len(ranked) == longest {
			return ranked, err
		}
		if promising, err = s.longer(ctx, class, texts, first(beam, best), words); err != nil {
			return nil, err
		}
	}
	return ranked, nil
}

// longer puts each word before and behind each phrase: what that does to a few texts
// at the place where the phrase does most, strongest first.
func (s *scanner) longer(ctx context.Context, class int, texts []datasets.Text, phrases, words []Score) ([]Score, error) {
	var made []Score
	seen := map[string]bool{}
	add := func(place string, words []string) {
		if key := strings.Join(words, " "); !seen[key] {
			seen[key] = true
			made = append(made, Score{Words: words, Place: place})
		}
	}
	for _, p := range phrases {
		for _, w := range lacking(words, p.Words) {
			add(p.Place, slices.Concat(p.Words, w.Words))
			add(p.Place, slices.Concat(w.Words, p.Words))
		}
	}
	err := s.skim(ctx, class, texts[:min(fewTexts, len(texts))], made)
	slices.SortFunc(made, stronger)
	return made, err
}

// skim finds the log odds of a class with each phrase at its place in these texts.
func (s *scanner) skim(ctx context.Context, class int, texts []datasets.Text, phrases []Score) error {
	var all []inserted
	for p := range phrases {
		for t := range texts {
			all = append(all, inserted{p, t, slices.Index(placeNames[:], phrases[p].Place)})
		}
	}
	return s.insert(ctx, phrasesOf(phrases), texts, all, func(at inserted, x infer.Answer) {
		phrases[at.phrase].LogOdds += logOdds(x, class) / float64(len(texts))
	})
}

// lacking are the phrases that have none of these words.
func lacking(phrases []Score, words []string) []Score {
	has := func(x Score) bool {
		return slices.ContainsFunc(x.Words, func(w string) bool { return slices.Contains(words, w) })
	}
	return slices.DeleteFunc(slices.Clone(phrases), has)
}

// strongest are the first phrases of ranks.
func strongest(ranked [][]Score) []Score {
	var best []Score
	for _, phrases := range ranked {
		best = append(best, phrases[0])
	}
	return best
}

// first are the first n phrases, or as many as there are.
func first(n int, phrases []Score) []Score { return phrases[:min(n, len(phrases))] }

func phrasesOf(scores []Score) [][]string {
	phrases := make([][]string, len(scores))
	for i, x := range scores {
		phrases[i] = x.Words
	}
	return phrases
}
