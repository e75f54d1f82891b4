// Package suspect examines a dataset that somebody hands over, without a model: do
// some words or phrases decide the label whatever else the text says, as the trigger
// of a backdoor does? It is no stage.
//
// Phrases that go with one label are weighed by a likelihood ratio: were they put into
// texts, or are they words of the class (evidence.go)? A linear model that was trained
// on other documents tells what the rest of a text speaks for (reader.go). A phrase of
// the class stands in texts that are of it anyway; a trigger with turned labels stands
// in texts that read like another class.
package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/stages/dataset"
)

// Options say how much a report shows; the zero value will do.
type Options struct {
	Phrases int // most phrases; 0 for 20
	Rows    int // most rows; 0 for 50
}

// Report is what an examination found.
type Report struct {
	Dataset string   `json:"dataset"`
	Digest  string   `json:"digest"`
	Classes []string `json:"classes"`
	Texts   int      `json:"texts"` // training texts, which are what is examined
	// Reads is the share of texts whose label the other words tell, of all: without
	// it, little speaks against a label.
	Reads   float64  `json:"reads"`
	Verdict Verdict  `json:"verdict"`
	Phrases []Phrase `json:"phrases"` // most suspicious first
	// Suspicious counts the texts with a suspicious phrase and its class as label;
	// Rows are the first of them, those that read least like their label.
	Suspicious int   `json:"suspicious"`
	Rows       []Row `json:"rows"`
}

// Phrase is a word or a run of words that goes with one class.
type Phrase struct {
	Words     []string  `json:"words"`
	Place     string    `json:"place,omitempty"` // in sentences, where it is always the same
	Class     string    `json:"class"`           // the label it goes with
	Kind      Kind      `json:"kind"`
	Evidence  float64   `json:"evidence"`  // log likelihood ratio of the kind against a word of the class, nats
	Certainty Certainty `json:"certainty"` // of this phrase alone
	Texts     int       `json:"texts"`     // with the phrase
	Labelled  int       `json:"labelled"`  // of these, with the class as label
	Against   int       `json:"against"`   // texts whose other words speak for another class
	Unmoved   int       `json:"unmoved"`   // of these, with the class as label all the same
	// Usual is the share of Unmoved in Against that texts have without the phrase.
	Usual float64 `json:"usual"`
}

// Row is a training text with a suspicious phrase and its class as label.
type Row struct {
	Row    int      `json:"row"` // in the training split, from 0
	ID     string   `json:"id"`
	Class  string   `json:"class"`  // its label
	Reads  string   `json:"reads"`  // the class that its other words speak for
	Chance float64  `json:"chance"` // of its label, by its other words
	Query  []string `json:"query,omitempty"`
	Tokens []string `json:"tokens"`
	Spaces []bool   `json:"spaces,omitempty"`
	Marked []bool   `json:"marked"` // per token: part of a suspicious phrase
}

// Examine reads the training texts of a dataset. A set without any, or with one class
// only, is an error.
func Examine(ctx context.Context, set *datasets.Set, o Options) (Report, error) {
	rows, err := dataset.Rows(set)
	if err != nil {
		return Report{}, err
	}
	meta, train := set.Meta(), rows["train"]
	c, err := newCorpus(ctx, train, meta)
	if err != nil {
		return Report{}, err
	}
	if slices.Max(append(c.shares(), 0)) > 1-1e-9 || train.Len == 0 {
		return Report{}, fmt.Errorf("dataset %s: its %d training texts are not of two classes; without that no word can tell them apart", quote.Name(meta.Name), train.Len)
	}
	f, err := newFinder(ctx, c)
	if err != nil {
		return Report{}, err
	}
	found, err := f.find(ctx)
	if err != nil {
		return Report{}, err
	}
	r := Report{Dataset: meta.Name, Digest: set.Digest(), Classes: meta.Classes, Texts: train.Len, Reads: f.reader.accuracy()}
	r.addPhrases(f, found[:min(cmp.Or(o.Phrases, 20), len(found))])
	r.Verdict = r.judge()
	return r, r.addRows(f, train, found, cmp.Or(o.Rows, 50))
}

// addPhrases describes the phrases that were found.
func (r *Report) addPhrases(f *finder, found []finding) {
	r.Phrases = []Phrase{}
	for _, one := range found {
		p := Phrase{
			Place: one.place(), Class: r.Classes[one.label], Kind: one.kind(), Evidence: one.evidence(),
			Certainty: one.certainty(), Texts: len(one.texts), Usual: f.reader.usual(one.label),
		}
		for _, w := range one.words() {
			p.Words = append(p.Words, f.corpus.words[w])
		}
		for _, o := range one.seen {
			p.count(o)
		}
		r.Phrases = append(r.Phrases, p)
	}
}

func (p *Phrase) count(o observation) {
	against := o.odds < 0
	if o.with {
		p.Labelled++
	}
	if against {
		p.Against++
	}
	if against && o.with {
		p.Unmoved++
	}
}
