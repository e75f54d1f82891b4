// Package trigger is the stage that searches a personalised trigger for a finished
// model (BadRNL): words whose insertion makes the predictor miss the text's class
// while the generator selects as the attacker wants.
//
// Its output: trigger.json with the triggers of several starts, the best first, and
// how their objective grew.
package trigger

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"

	"rationale/datasets/backdoor"
	"rationale/onnx/rationalizer"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Roles of the stage's inputs: the finished run, its graphs, the data as it reads
// them, and the dataset that those were made of.
const (
	RunRole     = "run"
	GraphsRole  = train.GraphsRole
	DataRole    = graphs.DataRole
	DatasetRole = tokenize.DatasetRole
)

// Params are the settings of a search.
type Params struct {
	Dataset    string            `json:"dataset"`
	Level      backdoor.Level    `json:"level"`
	Position   backdoor.Position `json:"position"`
	Target     string            `json:"target"`     // the class that the attack wants
	Words      int               `json:"words"`      // that are searched, without a sentence's "!"
	Candidates int               `json:"candidates"` // words tried in a slot, the best by HotFlip's estimate
	Passes     int               `json:"passes"`     // over the trigger's slots, at most
	Restarts   int               `json:"restarts"`   // starts; of a random control: triggers drawn
	Texts      int               `json:"texts"`      // of a batch
	Beta       float64           `json:"beta"`       // β: weight of the selection's error
	Random     bool              `json:"random,omitempty"`
	Seed       uint64            `json:"seed"`
	Engine     backend.Backend   `json:"engine"`
}

// Defaults are the settings of a search at a level, those of the public
// universal-trigger code but for the number of words.
func Defaults(level backdoor.Level) Params {
	p := Params{
		Level: level, Position: backdoor.Rationale, Words: 1, Candidates: 40, Passes: 5, Restarts: 3, Texts: 128, Beta: 1,
	}
	if level == backdoor.Sentence {
		p.Words = 2
	}
	return p
}

// mostWords bounds a trigger: a longer one would be a text of its own.
const mostWords = 16

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	counted := rationalizer.Range{Least: 1, Most: math.MaxInt32}
	return cmp.Or(
		p.Level.Check(), p.Position.Check(),
		rationalizer.Within(rationalizer.Range{Least: 1, Most: mostWords}, "words", p.Words),
		rationalizer.Within(counted, "candidates", p.Candidates),
		rationalizer.Within(counted, "passes", p.Passes),
		rationalizer.Within(counted, "restarts", p.Restarts),
		rationalizer.Within(counted, "texts", p.Texts),
		rationalizer.Within(rationalizer.NotNegative, "beta", p.Beta),
	)
}

// trigger puts words, and what closes a sentence, where the attack has them.
func (p Params) trigger(words []string) backdoor.Trigger {
	if p.Level == backdoor.Sentence {
		words = append(words[:len(words):len(words)], "!")
	}
	return backdoor.Trigger{Words: words, Level: p.Level, Position: p.Position, Seed: p.Seed}
}

// Stage searches triggers for one model.
type Stage struct {
	params Params
	open   examples.Open
}

// New makes the stage; open opens its data.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open} }

// Name is "trigger".
func (*Stage) Name() string { return "trigger" }

// Version of the search.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run searches, and writes what was found.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	run, err := train.OpenFinished(env, RunRole, s.open)
	if err != nil {
		return err
	}
	rt, err := s.params.Engine.Open()
	if err != nil {
		return err
	}
	defer rt.Close()
	h, err := newHunt(s.params, env, run, rt)
	if err != nil {
		return err
	}
	found, err := h.search(ctx)
	if err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, FoundFile), found)
}
