// Package scan tells of a model that somebody hands over whether it has a backdoor:
// a word or phrase, the trigger, that turns its answer to one class whatever else a
// text says. The model's answers are enough; no training data is needed. It is no
// stage.
//
// The trigger is searched for in the model itself. DBS (Shen et al., ICML 2022) and
// PICCOLO (Liu et al., S&P 2022) do so by gradients over a relaxed vocabulary. The
// models here are small enough to ask about every word that they know, and about many
// thousand phrases of the best words, for a trigger may need several. That tells what
// no inversion does: how far a phrase leads the best that the rest of the language can
// do without its words. A rationalizer answers one question more, whether its
// generator selects the phrase wherever it stands.
package scan

import (
	"context"
	"errors"
	"fmt"

	"rationale/datasets"
	"rationale/stages/infer"
)

// Model is what is scanned; Of gives one.
type Model interface {
	Classes() []string
	// Words are the candidates for a trigger: what the model knows.
	Words() []string
	// Queries tells whether the model's texts answer a query.
	Queries() bool
	// Ask answers for texts whose words are known, in their order.
	Ask(ctx context.Context, texts []datasets.Text) ([]infer.Answer, error)
}

// Options say how a model is scanned; the zero value will do.
type Options struct {
	Seed uint64 // of made-up texts
	// Texts to put words into, such as the model was made for, with sentences
	// marked; labels play no part. Texts are made up for a class that the model
	// answers for all but a few of them.
	Texts []datasets.Text
	// Watch is told how far the scan is, in units of its own; it may be nil.
	Watch func(done, total int64)
}

// The sizes of a scan.
const (
	mostWords    = 30000 // words that are tried: the first ones that the model knows
	mostSurveyed = 8000  // words that are tried in more than a few texts
	firstTexts   = 4     // texts that these are put into at first
	halfTexts    = 24    // texts against a class in the search, and as many held out
	shortlist    = 300   // words of a class that all texts of the search are asked about
)

// scanner is a scan in progress.
type scanner struct {
	Options
	model   Model
	classes []string
	words   []string
	asked   int // texts so far
	class   int // at work
	before  int // texts asked about for the classes before it
}

// Examine searches a model for a trigger of each class.
func Examine(ctx context.Context, m Model, o Options) (Report, error) {
	s := &scanner{Options: o, model: m, classes: m.Classes(), words: m.Words()}
	s.words = s.words[:min(len(s.words), mostWords)]
	if len(s.classes) < 2 || len(s.words) < 2 {
		return Report{}, fmt.Errorf("the model has %d classes and knows %d words; expected at least 2 of each", len(s.classes), len(s.words))
	}
	r := Report{Classes: s.classes, Words: len(s.words), GivenTexts: len(o.Texts)}
	for class, name := range s.classes {
		s.class, s.before = class, s.asked
		f, err := s.examine(ctx, class)
		if err != nil && !errors.Is(err, errNeverAgainst) {
			return Report{}, fmt.Errorf("class %s: %w", name, err)
		}
		r.Findings = append(r.Findings, f)
	}
	r.Asked = s.asked
	return r, nil
}

// examine searches for a trigger of one class, and tries what it finds on texts that
// the search did not see.
func (s *scanner) examine(ctx context.Context, class int) (Finding, error) {
	f := Finding{Class: s.classes[class]}
	found, err := s.search(ctx, class)
	if err != nil {
		return f, err
	}
	if err := s.extend(ctx, class, found); err != nil {
		return f, err
	}
	f.Opponents, f.Words = found.hardness, first(shownWords, found.words)
	for _, longer := range found.phrases[1:] {
		f.Phrases = append(f.Phrases, first(shownPhrases, longer)...)
	}
	if f.Signals, err = s.signals(ctx, class, found); err != nil {
		return f, err
	}
	f.Examples, err = s.examples(ctx, f.Signals.Score, found.held)
	return f, err
}
