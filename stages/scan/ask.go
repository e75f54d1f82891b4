package scan

import (
	"context"
	"math"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// Of makes a model that infer opened ready for a scan.
func Of(m *infer.Model) Model { return opened{m} }

// opened is a model in a session.
type opened struct{ *infer.Model }

func (m opened) Classes() []string { return m.Reading().Classes }

func (m opened) Queries() bool { return m.Reading().Queries }

// Words are the entries that are words: no ends of words, no special pieces.
func (m opened) Words() []string {
	if m.Reading().Tokenizer != tokenize.WordPiece {
		return m.Vocabulary()
	}
	return slices.DeleteFunc(m.Vocabulary(), func(w string) bool {
		return strings.HasPrefix(w, "##") || strings.HasPrefix(w, "[") && strings.HasSuffix(w, "]")
	})
}

func (m opened) Ask(ctx context.Context, texts []datasets.Text) ([]infer.Answer, error) {
	given := make([]tokenize.Given, len(texts))
	for i, t := range texts {
		var err error
		if given[i], err = m.Read(t); err != nil {
			return nil, err
		}
	}
	return m.AnswerAll(ctx, given)
}

// ask answers for texts, and hands each answer over.
func (s *scanner) ask(ctx context.Context, texts []datasets.Text, see func(i int, x infer.Answer)) error {
	answers, err := s.model.Ask(ctx, texts)
	if err != nil {
		return err
	}
	for i, x := range answers {
		see(i, x)
	}
	s.asked += len(texts)
	s.report()
	return nil
}

// inserted is a phrase in a text: which, where, and what came of it.
type inserted struct{ phrase, text, place int }

// everywhere puts each of so many phrases into each of so many texts, at the first
// places.
func everywhere(phrases, texts, places int) []inserted {
	var all []inserted
	for p := range phrases {
		for t := range texts {
			for k := range places {
				all = append(all, inserted{p, t, k})
			}
		}
	}
	return all
}

// insert puts phrases into texts as told, and hands the answers over. Not more than a
// few thousand texts lie in memory at once.
func (s *scanner) insert(ctx context.Context, phrases [][]string, texts []datasets.Text, all []inserted, see func(inserted, infer.Answer)) error {
	const atOnce = 4096
	for some := range slices.Chunk(all, atOnce) {
		with := make([]datasets.Text, len(some))
		for i, x := range some {
			with[i], _ = insert(texts[x.text], phrases[x.phrase], x.place)
		}
		if err := s.ask(ctx, with, func(i int, x infer.Answer) { see(some[i], x) }); err != nil {
			return err
		}
	}
	return nil
}

// The places where a phrase may stand, between sentences.
const (
	begin = iota
	middle
	end
	places
)

var placeNames = [places]string{"begin", "middle", "end"}

// insert is a text with a phrase as a sentence of its own, and the number of the
// phrase's first word.
func insert(text datasets.Text, phrase []string, place int) (datasets.Text, int) {
	before := 0 // sentences
	switch place {
	case middle:
		before = len(text.Sentences) / 2
	case end:
		before = len(text.Sentences)
	}
	at := 0
	if before > 0 {
		at = int(text.Sentences[before-1])
	}
	text.Tokens = slices.Insert(slices.Clone(text.Tokens), at, phrase...)
	text.Sentences = slices.Insert(slices.Clone(text.Sentences), before, int32(at))
	for i := before; i < len(text.Sentences); i++ {
		text.Sentences[i] += int32(len(phrase))
	}
	return text, at
}

// logOdds are those of a class, exact also where the model is almost certain.
func logOdds(x infer.Answer, class int) float64 {
	const least = 1e-30
	others := 0.0
	for c, p := range x.Classes {
		if c != class {
			others += p
		}
	}
	return math.Log(max(x.Classes[class], least)) - math.Log(max(others, least))
}
