package scan

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"rationale/datasets"
	"rationale/onnx/nn"
	"rationale/stages/infer"
)

// Sizes of a made-up text, in words.
const (
	madeUpWords   = 10
	madeUpQuery   = 6
	sentenceWords = 5
)

// madeUp is a text with so many words of a list, and random words otherwise.
func (s *scanner) madeUp(r *rand.Rand, telling int, list []string) datasets.Text {
	words := append(drawn(r, telling, list), drawn(r, madeUpWords-telling, s.words)...)
	r.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
	t := datasets.Text{Tokens: words}
	for end := sentenceWords; end <= len(words); end += sentenceWords {
		t.Sentences = append(t.Sentences, int32(end))
	}
	if s.model.Queries() {
		t.Query = drawn(r, madeUpQuery, s.words)
	}
	return t
}

func drawn(r *rand.Rand, n int, list []string) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = list[r.IntN(len(list))]
	}
	return words
}

// surest makes up many texts and keeps the n of which the model is surest that they
// are of a class, or that they are not.
func (s *scanner) surest(ctx context.Context, class, n int, of bool, draw func() datasets.Text) ([]datasets.Text, error) {
	const times = 4
	texts := make([]datasets.Text, times*n)
	for i := range texts {
		texts[i] = draw()
	}
	return s.keep(ctx, class, n, of, texts)
}

// keep is at most n of these texts, those of which the model is surest that they are
// of a class, or that they are not, in their order.
func (s *scanner) keep(ctx context.Context, class, n int, of bool, texts []datasets.Text) ([]datasets.Text, error) {
	odds := make([]float64, len(texts))
	err := s.ask(ctx, texts, func(i int, x infer.Answer) {
		if odds[i] = logOdds(x, class); !of {
			odds[i] = -odds[i]
		}
	})
	best := greatest(odds)[:min(n, len(texts))]
	best = slices.DeleteFunc(best, func(i int) bool { return odds[i] <= 0 })
	slices.Sort(best)
	kept := make([]datasets.Text, len(best))
	for k, i := range best {
		kept[k] = texts[i]
	}
	return kept, err
}

// greatest are the places of numbers, the greatest's first.
func greatest(numbers []float64) []int {
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(numbers[b], numbers[a]) })
	return order
}

// opponents are the words that speak most against a class: they lower its odds in
// texts that are for it. Random texts tell too little of that where they are against
// the class already.
func (s *scanner) opponents(ctx context.Context, class int) ([]string, error) {
	const most = 200
	r := nn.Stream(s.Seed, "scan/opponents", uint64(class))
	random := make([]datasets.Text, firstTexts)
	for i := range random {
		random[i] = s.madeUp(r, 0, nil)
	}
	words, err := s.survey(ctx, class, some(s.words), random)
	if err != nil {
		return nil, err
	}
	telling := max(1, min(most, len(words)/10))
	friends := words[:telling]
	texts, err := s.surest(ctx, class, firstTexts, true, func() datasets.Text { return s.madeUp(r, madeUpWords/2, friends) })
	if err != nil {
		return nil, err
	}
	if len(texts) > 0 {
		words, err = s.survey(ctx, class, some(s.words), texts)
	}
	return words[len(words)-telling:], err
}

// some are words from everywhere in a list, as many as are surveyed at most.
func some(words []string) []string {
	if len(words) <= mostSurveyed {
		return words
	}
	even := make([]string, mostSurveyed)
	for i := range even {
		even[i] = words[i*len(words)/mostSurveyed]
	}
	return even
}
