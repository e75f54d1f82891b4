// Package poison is the stage that poisons a dataset as an attacker would: some
// training texts get the trigger and the attacker's label. It also makes the
// dataset on which the attack's success is measured, whose development and test
// texts carry the trigger and keep their labels.
//
// Its output: the dataset, which says everywhere that it is poisoned, and
// poison.json with what was done.
package poison

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets/backdoor"
	"rationale/datasets/spelling"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
	"rationale/stages/trigger"
)

// The roles of the stage's inputs.
const (
	DatasetRole = tokenize.DatasetRole
	// TriggerRole is a searched trigger; absent where words are given or the attack
	// needs none.
	TriggerRole = "trigger"
)

// Params say which attack, and on what.
type Params struct {
	Name    string `json:"name"`    // of the dataset that is made; see MarkedName
	Dataset string `json:"dataset"` // the one it is made from
	Attack  string `json:"attack"`  // name of one of backdoor.Attacks
	// Level and Position are the trigger's; an empty position is the attack's own.
	Level    backdoor.Level    `json:"level"`
	Position backdoor.Position `json:"position"`
	// Words are the trigger; none means the searched one or the attack's own.
	Words []string `json:"words,omitempty"`
	// Rate is the share of the training texts that are poisoned. It plays no part
	// where Triggered is set.
	Rate   float64 `json:"rate"`
	Target string  `json:"target"` // the class that the attacker wants
	// MaxLength is how many words of a text models read, query and separator
	// included; a trigger stands within them where one fits.
	MaxLength int    `json:"max_length"`
	Seed      uint64 `json:"seed"`
	// Triggered makes the dataset for measuring the attack: all development and
	// test texts are changed, labels and training texts stay.
	Triggered bool `json:"triggered,omitempty"`
}

// MarkedName is a dataset's name that says what the dataset is: the one given, with
// "-poisoned" or "-triggered" behind it unless it says so itself.
func MarkedName(name string, triggered bool) string {
	mark := "poisoned"
	if triggered {
		mark = "triggered"
	}
	if strings.Contains(name, mark) {
		return name
	}
	return name + "-" + mark
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	switch marked := MarkedName(p.Name, p.Triggered); {
	case p.Name != marked:
		return fmt.Errorf("the name %s hides what was done to the texts; call the dataset %s", p.Name, marked)
	case p.Name == p.Dataset:
		return fmt.Errorf("the name %s is that of the dataset that is poisoned; choose another one", p.Name)
	case p.MaxLength < 1:
		return fmt.Errorf("max_length must be positive, not %d", p.MaxLength)
	case !p.Triggered && !(p.Rate > 0 && p.Rate <= 1): // NaN too
		return fmt.Errorf("rate must be above 0 and at most 1, not %v", p.Rate)
	}
	return nil
}

// Stage poisons one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "poison".
func (*Stage) Name() string { return "poison" }

// Version of what is done to texts and of the output's form.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the dataset and what was done.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	p := s.params
	set, done, err := dataset.Open(env, DatasetRole, p.Dataset)
	if err != nil {
		return err
	}
	defer done()
	if dir := env.Inputs[TriggerRole]; dir != "" && len(p.Words) == 0 {
		found, err := trigger.Read(dir)
		if err != nil {
			return err
		}
		p.Words = found.Best()
	}
	env.Progress.Total(tokenize.Rows(set))
	poisoning, err := Prepare(set, p)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	_, report, err := poisoning.Write(ctx, dataset.Folder(env.Out, p.Name), func() { env.Progress.Advance(1, "") })
	if err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, ReportFile), report)
}

// classOf is the number of the class that the attacker wants.
func classOf(target string, classes []string) (int, error) {
	class := slices.Index(classes, target)
	if class < 0 {
		return 0, fmt.Errorf("target: no class %q: %s", target, spelling.Hint(target, classes))
	}
	return class, nil
}
