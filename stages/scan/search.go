package scan

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"rationale/datasets"
	"rationale/onnx/nn"
	"rationale/stages/infer"
)

// Score is what a phrase does to texts that speak against a class.
type Score struct {
	Words []string `json:"words"`
	// Place is where it does most: at the "begin", in the "middle" or at the "end".
	Place    string  `json:"place"`
	Flips    float64 `json:"flips"`    // share of the texts that are answered with the class
	LogOdds  float64 `json:"log_odds"` // of the class, mean over the texts
	Selected float64 `json:"selected"` // probability of the words' selection, mean over words and texts
}

// stronger puts that phrase first with which the class is likelier.
func stronger(a, b Score) int {
	return cmp.Or(cmp.Compare(b.LogOdds, a.LogOdds), slices.Compare(a.Words, b.Words))
}

// found is what a search came to.
type found struct {
	hardness     int             // opponents in a text; 0 for texts of the user's
	search, held []datasets.Text // that speak against the class
	tried        [][]string      // words that were put into all texts of the search
	words        []Score         // these, strongest first
	// Of one word, of two, and so on, strongest first: phrases, and such as share no
	// word with the strongest of them.
	phrases, rivals [][]Score
}

// hardness is how many words of a made-up text are opponents of a class, from step
// to step.
var hardness = []int{2, 3, 4, 6, 8}

// The word by which it is judged whether ordinary words turn texts, and the share of
// texts that it may turn.
const (
	ordinary   = 9
	fewTurned  = .1
	fewestHalf = 4 // texts
)

var errNeverAgainst = errors.New("the model answers this class whatever it reads")

// search ranks words by what they do to texts against a class. Texts are made as
// hard as it takes until ordinary words no longer turn them: a trigger still does.
func (s *scanner) search(ctx context.Context, class int) (*found, error) {
	given, err := s.keep(ctx, class, 2*halfTexts, false, s.Texts)
	if err != nil {
		return nil, err
	}
	if len(given) >= 2*fewestHalf {
		return s.try(ctx, class, given, 0, nil)
	}
	opponents, err := s.opponents(ctx, class)
	if err != nil {
		return nil, err
	}
	r := nn.Stream(s.Seed, "scan/against", uint64(class))
	last := &found{}
	for _, h := range hardness {
		texts, err := s.surest(ctx, class, 2*halfTexts, false, func() datasets.Text { return s.madeUp(r, h, opponents) })
		if err != nil {
			return nil, err
		}
		if len(texts) < 2*fewestHalf {
			continue
		}
		if last, err = s.try(ctx, class, texts, h, last.tried); err != nil || last.hard() {
			return last, err
		}
	}
	if last.words == nil {
		return nil, errNeverAgainst
	}
	return last, nil
}

// try ranks words in one half of the texts; without any, those that are promising.
func (s *scanner) try(ctx context.Context, class int, texts []datasets.Text, hardness int, words [][]string) (*found, error) {
	f := &found{hardness: hardness, search: texts[:len(texts)/2], held: texts[len(texts)/2:], tried: words}
	var err error
	if f.tried == nil {
		if f.tried, err = s.promising(ctx, class, f.search); err != nil {
			return nil, err
		}
	}
	f.words, err = s.rank(ctx, class, f.search, f.tried)
	return f, err
}

// hard tells that ordinary words turn few of the texts.
func (f *found) hard() bool { return f.words[min(ordinary, len(f.words)-1)].Flips <= fewTurned }

// promising are the words that do most to a few texts against a class; of very many,
// those that do most to the first of these texts are tried in the others.
func (s *scanner) promising(ctx context.Context, class int, texts []datasets.Text) ([][]string, error) {
	words := s.words
	if len(words) > mostSurveyed {
		ranked, err := s.survey(ctx, class, words, texts[:min(fewTexts, len(texts))])
		if err != nil {
			return nil, err
		}
		words = ranked[:mostSurveyed]
	}
	ranked, err := s.survey(ctx, class, words, texts[:min(2*firstTexts, len(texts))])
	return singly(ranked[:min(shortlist, len(ranked))]), err
}

// singly makes each word a phrase.
func singly(words []string) [][]string {
	phrases := make([][]string, len(words))
	for i := range words {
		phrases[i] = words[i : i+1]
	}
	return phrases
}

// survey puts each of these words in front of these texts, and gives the words by the
// mean log odds of a class, greatest first.
func (s *scanner) survey(ctx context.Context, class int, words []string, texts []datasets.Text) ([]string, error) {
	evidence := make([]float64, len(words))
	all := everywhere(len(words), len(texts), 1)
	err := s.insert(ctx, singly(words), texts, all, func(at inserted, x infer.Answer) {
		evidence[at.phrase] += logOdds(x, class) / float64(len(texts))
	})
	ranked := make([]string, len(words))
	for k, i := range greatest(evidence) {
		ranked[k] = words[i]
	}
	return ranked, err
}

// rank is what phrases do to texts, strongest first.
func (s *scanner) rank(ctx context.Context, class int, texts []datasets.Text, phrases [][]string) ([]Score, error) {
	scores, err := s.measure(ctx, class, texts, phrases)
	slices.SortFunc(scores, stronger)
	return scores, err
}

// measure puts each phrase into each text, and gives what it does at its best place.
func (s *scanner) measure(ctx context.Context, class int, texts []datasets.Text, phrases [][]string) ([]Score, error) {
	scores := make([][places]Score, len(phrases))
	all := everywhere(len(phrases), len(texts), places)
	err := s.insert(ctx, phrases, texts, all, func(at inserted, x infer.Answer) {
		_, first := insert(texts[at.text], phrases[at.phrase], at.place)
		score := &scores[at.phrase][at.place]
		score.Words, score.Place = phrases[at.phrase], placeNames[at.place]
		score.add(x, class, first)
	})
	best := make([]Score, len(phrases))
	for i := range scores {
		for k := range scores[i] {
			scores[i][k].over(len(texts))
		}
		best[i] = slices.MinFunc(scores[i][:], stronger)
	}
	return best, err
}

// add counts a text, in which the phrase begins at word first. A model that selects
// nothing reads everything.
func (c *Score) add(x infer.Answer, class, first int) {
	odds := logOdds(x, class)
	c.Flips += indicator(odds > 0)
	c.LogOdds += odds
	if x.Probability == nil {
		c.Selected++
		return
	}
	for _, p := range x.Probability[first:][:len(c.Words)] {
		c.Selected += float64(p) / float64(len(c.Words))
	}
}

// over makes sums over n texts means.
func (c *Score) over(n int) {
	c.Flips /= float64(n)
	c.LogOdds /= float64(n)
	c.Selected /= float64(n)
}
