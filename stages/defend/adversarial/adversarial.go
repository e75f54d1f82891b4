// Package adversarial is a defence before training: it adds training texts that
// carry a trigger and keep their own label, so that a model learns to read past
// triggers (adversarial training, METHODS §14).
package adversarial

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
)

// TriggerRole is the input with a search's triggers, beside the dataset in
// tokenize.DatasetRole. Without it Params has triggers.
const TriggerRole = "trigger"

// ReportFile is the output beside the dataset.
const ReportFile = "adversarial.json"

// Params say what is added.
type Params struct {
	Dataset string `json:"dataset"`
	Name    string `json:"name"` // of the new dataset
	// Triggers are the words of those that are inserted, at a level and a position;
	// empty for those of a search, whose level and position hold then.
	Triggers [][]string        `json:"triggers,omitempty"`
	Level    backdoor.Level    `json:"level,omitempty"`
	Position backdoor.Position `json:"position,omitempty"`
	Share    float64           `json:"share"` // added texts as a share of the training texts
	// MaxLength is how many words of a text and its query models read: a trigger
	// behind them would teach nothing.
	MaxLength int    `json:"max_length"`
	Seed      uint64 `json:"seed"` // of the choice of texts
}

// Usual is the share of added texts that the reproduction settled on.
const Usual = .1

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	switch {
	case !(p.Share > 0 && p.Share <= 1):
		return fmt.Errorf("share %v: expected a part of the training texts, above 0 and up to 1, such as %v", p.Share, Usual)
	case p.MaxLength < 1:
		return fmt.Errorf("max_length %d: expected how many words models read", p.MaxLength)
	case len(p.Triggers) == 0:
		return nil
	}
	return errors.Join(p.Level.Check(), p.Position.Check(), checkWords(p.Triggers))
}

// checkWords refuses triggers that cannot stand in a text.
func checkWords(triggers [][]string) error {
	for _, words := range triggers {
		if err := (&datasets.Text{Tokens: words}).Check(); err != nil {
			return fmt.Errorf("trigger %q: %w", words, err)
		}
	}
	return nil
}

// Stage adds to one dataset; its output is a folder Params.Name and ReportFile.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "adversarial".
func (*Stage) Name() string { return "adversarial" }

// Version of the choice of texts and of the report.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run adds the texts to the training split; dev and test stay as they are.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	triggers, err := s.triggers(env)
	if err != nil {
		return err
	}
	set, done, err := dataset.Open(env, tokenize.DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	rows, err := dataset.Rows(set)
	if err != nil {
		return err
	}
	added, err := s.choose(ctx, rows["train"], triggers)
	if err != nil {
		return err
	}
	rows["train"] = added.after(rows["train"])
	if _, err := dataset.Write(ctx, env, set.Derive(s.params.Name, added.change()), rows); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, ReportFile), added.report(s.params, set.Meta().Classes))
}
