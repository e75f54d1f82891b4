package adversarial

import (
	"context"
	"fmt"
	"strings"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/datasets/random"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
)

// Report is what was added.
type Report struct {
	Dataset  string            `json:"dataset"`
	Name     string            `json:"name"`
	Level    backdoor.Level    `json:"level"`
	Position backdoor.Position `json:"position"`
	Texts    int               `json:"texts"` // training texts before
	Added    int               `json:"added"`
	Triggers []Inserted        `json:"triggers"`
	Classes  []string          `json:"classes"`
	PerClass []int             `json:"per_class"` // added texts, by number of the class
}

// Inserted counts what became of one trigger.
type Inserted struct {
	Words []string `json:"words"`
	Texts int      `json:"texts"` // that got it
	Cut   int      `json:"cut"`   // of these, where it is not read to its end
}

// additions are the texts that are added, and what was counted of them.
type additions struct {
	triggers []backdoor.Trigger
	counts   []Inserted
	texts    []datasets.Text
	before   int // training texts
}

// choose draws texts that nobody is known to have poisoned, for the label of one that
// was is no longer its own, and puts the triggers in by turns.
func (s *Stage) choose(ctx context.Context, train datasets.Rows, triggers []backdoor.Trigger) (*additions, error) {
	added := &additions{triggers: triggers, before: train.Len}
	for _, t := range triggers {
		added.counts = append(added.counts, Inserted{Words: t.Words})
	}
	clean := make([]bool, train.Len)
	err := dataset.Each(ctx, train, func(i int, t *datasets.Text) { clean[i] = !t.Poisoned })
	if err != nil {
		return nil, err
	}
	wanted := int(s.params.Share*float64(train.Len) + .5)
	for _, i := range random.Order(train.Len, s.params.Seed, "adversarial texts") {
		if !clean[i] || len(added.texts) == wanted {
			continue
		}
		text, err := train.Text(i)
		if err != nil {
			return nil, err
		}
		added.add(text, tokenize.Room(&text, s.params.MaxLength))
	}
	return added, nil
}

// add puts the next trigger into a text. It is no reason for the label.
func (a *additions) add(t datasets.Text, room int) {
	k := len(a.texts) % len(a.triggers)
	inserted := a.triggers[k].Insert(&t, room, false)
	a.counts[k].Texts++
	if inserted.Cut {
		a.counts[k].Cut++
	}
	inserted.Text.ID += "+adversarial"
	a.texts = append(a.texts, inserted.Text)
}

// after is the training split with the added texts behind it.
func (a *additions) after(train datasets.Rows) datasets.Rows {
	return datasets.Rows{Len: train.Len + len(a.texts), Text: func(i int) (datasets.Text, error) {
		if i < train.Len {
			return train.Text(i)
		}
		return a.texts[i-train.Len], nil
	}}
}

// change says what was done, for the manifest.
func (a *additions) change() string {
	var words []string
	for _, t := range a.triggers {
		words = append(words, strings.Join(t.Words, " "))
	}
	return fmt.Sprintf("adversarial training texts: %d copies of training texts with their own label and a trigger, one of %q", len(a.texts), words)
}

func (a *additions) report(p Params, classes []string) Report {
	r := Report{
		Dataset: p.Dataset, Name: p.Name, Level: a.triggers[0].Level, Position: a.triggers[0].Position,
		Texts: a.before, Added: len(a.texts), Triggers: a.counts, Classes: classes, PerClass: make([]int, len(classes)),
	}
	for _, t := range a.texts {
		r.PerClass[t.Label]++
	}
	return r
}
