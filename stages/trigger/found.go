package trigger

import (
	"errors"
	"fmt"
	"path/filepath"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/stages"
)

// FoundFile is the name of the output.
const FoundFile = "trigger.json"

// Found is trigger.json: triggers that were searched for a model, or drawn at
// random as a control.
type Found struct {
	Dataset  string            `json:"dataset"`
	Method   string            `json:"method"` // of the model
	Level    backdoor.Level    `json:"level"`
	Position backdoor.Position `json:"position"`
	Target   string            `json:"target"` // the class that the attack wants
	Random   bool              `json:"random,omitempty"`
	// Candidates is how many words a trigger's could be.
	Candidates int `json:"candidates"`
	// DevTexts are the development texts of other classes that DevJ and Success
	// are about.
	DevTexts int `json:"dev_texts"`
	// Triggers are the best first, by DevJ; random ones in the order of drawing.
	Triggers []Trigger `json:"triggers"`
	// Trace is how J grew.
	Trace []Step `json:"trace,omitempty"`
}

// Trigger is what was found of one start.
type Trigger struct {
	// Words are all that is inserted; a sentence's last is "!".
	Words []string `json:"words"`
	J     float64  `json:"j"`     // on the batch that it was searched on
	DevJ  float64  `json:"dev_j"` // on development texts
	// Success is the share of the development texts in which the clean model
	// answers the target with arg-max masks once the trigger is inserted, Before
	// the share without it.
	Success float64 `json:"success"`
	Before  float64 `json:"before"`
	// Selected is how probable the generator's selection of the trigger's words
	// is, on average over the development texts.
	Selected float64 `json:"selected"`
}

// Step is the trigger after one of its words was searched.
type Step struct {
	Restart int      `json:"restart"` // counted from 0, whose start is "the"
	Pass    int      `json:"pass"`    // counted from 1; 0 is the start
	Words   []string `json:"words"`
	J       float64  `json:"j"` // on the restart's batch: it never falls
}

// Best are the words of the best trigger.
func (f Found) Best() []string { return f.Triggers[0].Words }

// Others are the words of all triggers but the best.
func (f Found) Others() [][]string {
	var out [][]string
	for _, t := range f.Triggers[1:] {
		out = append(out, t.Words)
	}
	return out
}

// Read reads trigger.json of an artifact; there is at least one trigger in it, and
// each can be inserted.
func Read(dir string) (f Found, err error) {
	path := filepath.Join(dir, FoundFile)
	defer stages.InFile(path, &err)
	if err = stages.ReadJSON(path, &f); err != nil {
		return f, err
	}
	if err = f.check(); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return f, err
}

// check names the first thing that cannot be inserted.
func (f Found) check() error {
	if len(f.Triggers) == 0 {
		return errors.New("no trigger; expected one or more")
	}
	for _, t := range f.Triggers {
		if err := (&datasets.Text{Tokens: t.Words}).Check(); err != nil {
			return fmt.Errorf("trigger %q: %w", t.Words, err)
		}
	}
	return errors.Join(f.Level.Check(), f.Position.Check())
}
