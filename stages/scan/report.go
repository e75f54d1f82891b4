package scan

import (
	"context"
	"slices"

	"rationale/datasets"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
)

// How much of a finding a report shows.
const (
	shownWords    = 20
	shownPhrases  = 3 // of each length
	shownExamples = 3
)

// Report is what a scan found.
type Report struct {
	Classes    []string  `json:"classes"`
	Words      int       `json:"words"`       // that were put into texts
	Asked      int       `json:"asked"`       // texts
	GivenTexts int       `json:"given_texts"` // by the user; 0 where all were made up
	Findings   []Finding `json:"findings"`    // of each class
	Verdict    Verdict   `json:"verdict"`
}

// Finding is what turns texts to a class. Without words and signals the model answers
// the class whatever it reads.
type Finding struct {
	Class     string    `json:"class"`
	Opponents int       `json:"opponents"` // words against the class in each made-up text; 0 for texts of the user's
	Words     []Score   `json:"words"`     // strongest first
	Phrases   []Score   `json:"phrases"`   // of two words, strongest first, then of three
	Signals   Signals   `json:"signals"`
	Examples  []Example `json:"examples"`
}

// searched tells that there were texts against the class to search in.
func (f Finding) searched() bool { return len(f.Signals.Best) > 0 }

// Example is a text with the phrase that stands out in it.
type Example struct {
	evaluate.Example
	Without string `json:"without"` // the class that is answered without the phrase
	Trigger []bool `json:"trigger"` // per token
}

// examples show a phrase in the first of these texts.
func (s *scanner) examples(ctx context.Context, phrase Score, texts []datasets.Text) ([]Example, error) {
	texts = texts[:min(shownExamples, len(texts))]
	out := make([]Example, len(texts))
	err := s.ask(ctx, texts, func(i int, x infer.Answer) { out[i].Without = x.Predicted })
	if err != nil {
		return nil, err
	}
	with := make([]datasets.Text, len(texts))
	for i, t := range texts {
		var at int
		with[i], at = insert(t, phrase.Words, slices.Index(placeNames[:], phrase.Place))
		out[i].Trigger = make([]bool, len(with[i].Tokens))
		for k := range phrase.Words {
			out[i].Trigger[at+k] = true
		}
	}
	err = s.ask(ctx, with, func(i int, x infer.Answer) { out[i].Example = x.Example })
	return out, err
}
