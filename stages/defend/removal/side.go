package removal

import (
	"fmt"

	"rationale/stages"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Side is one half of what an attack is judged on: a run before the clean test
// texts, or before the same with the trigger in them.
type Side struct {
	*train.Finished
	Name  string // "clean test texts"
	Texts []tokenize.Text
	// Triggers are where each text's trigger stands; nil for clean texts.
	Triggers []Trigger
}

// OpenSides opens the run in RunRole: the clean side, and the triggered one where
// there is one.
func OpenSides(env *stages.Env) ([]*Side, error) {
	run, err := train.OpenFinished(env, RunRole, texts.Open)
	if err != nil {
		return nil, err
	}
	clean := newSide(run, "clean test texts")
	dir, ok := env.Inputs[TriggeredRole]
	if !ok {
		return []*Side{clean}, nil
	}
	data, err := texts.Open(dir)
	if err != nil {
		return nil, err
	}
	other, err := run.On(data)
	if err != nil {
		return nil, err
	}
	triggered := newSide(other, "triggered test texts")
	triggered.Triggers, err = triggers(clean, triggered)
	return []*Side{clean, triggered}, err
}

func newSide(f *train.Finished, name string) *Side {
	return &Side{Finished: f, Name: name, Texts: f.Test.(texts.Set)}
}

// Trigger is where a trigger stands: words of the document, from Start up to End.
// They are those that the clean text does not have, so that of a restyled text it
// is all between the first change and the last.
type Trigger struct{ Start, End int }

// triggers finds the trigger of each text.
func triggers(clean, triggered *Side) ([]Trigger, error) {
	if len(clean.Texts) != len(triggered.Texts) {
		return nil, fmt.Errorf("dataset %s has %d test texts and %s, with triggers, %d; expected one made from the other",
			clean.Shape.Dataset, len(clean.Texts), triggered.Shape.Dataset, len(triggered.Texts))
	}
	var out []Trigger
	for i, t := range triggered.Texts {
		was := clean.Texts[i]
		if was.ID != t.ID || was.Label != t.Label {
			return nil, fmt.Errorf("test text %d is %s, class %d, in dataset %s and %s, class %d, in %s, with triggers; expected one made from the other",
				i+1, was.ID, was.Label, clean.Shape.Dataset, t.ID, t.Label, triggered.Shape.Dataset)
		}
		out = append(out, inserted(was.Tokens, t.Tokens))
	}
	return out, nil
}

// inserted is what one list of words has and another has not: all but their common
// beginning and end.
func inserted(before, after []string) Trigger {
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	end, was := len(after), len(before)
	for end > start && was > start && after[end-1] == before[was-1] {
		end, was = end-1, was-1
	}
	return Trigger{start, end}
}

// Cut tells that the model does not read the whole trigger, or that the text has
// none.
func (t Trigger) Cut(text tokenize.Text) bool {
	return t.Start == t.End || t.End > len(text.Tokens)-text.Unread()
}
