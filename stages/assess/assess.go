// Package assess is the stage that measures a backdoor (BadRNL Table 1): accuracy
// and GR of a finished run on clean test texts, and how often it answers the target
// on texts with the trigger, before or after a test-time defence.
//
// Its output: records.csv (one number a row, without the labels of the run), with
// the masks of package evaluate.
package assess

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"rationale/datasets/spelling"
	"rationale/onnx/rationalizer"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/defend/removal"
	"rationale/stages/train"
)

// The roles of the stage's inputs, beside those of train (the run's graphs, and
// its clean data).
const (
	RunRole       = removal.RunRole
	TriggeredRole = removal.TriggeredRole // may be absent: then there is no attack success rate
	RemovedRole   = "removed"             // the artifact of a test-time defence; may be absent
)

// RecordsFile is the name of the output.
const RecordsFile = train.RecordsFile

// Params are the settings of an assessment.
type Params struct {
	Dataset string          `json:"dataset"`
	Target  string          `json:"target"` // class that the attack wants; of no matter without triggered texts
	Draws   int             `json:"draws"`  // noise seeds averaged
	Batch   int             `json:"batch"`
	Engine  backend.Backend `json:"engine"`
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	if err := rationalizer.Within(rationalizer.Range{Least: 1, Most: math.MaxInt32}, "batch", p.Batch); err != nil {
		return err
	}
	return rationalizer.Within(rationalizer.Range{Most: math.MaxInt32}, "draws", p.Draws)
}

// target is the number of the class that the attack wants.
func (p Params) target(classes []string) (int, error) {
	target := slices.Index(classes, p.Target)
	if target < 0 {
		return 0, fmt.Errorf("settings: target = %q is no class of dataset %s: %s", p.Target, p.Dataset, spelling.Hint(p.Target, classes))
	}
	return target, nil
}

// Stage assesses one run.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "assess".
func (*Stage) Name() string { return "assess" }

// Version of the measurements.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run measures and writes.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	a, err := s.open(env)
	if err != nil {
		return err
	}
	if err := a.measure(ctx); err != nil {
		return err
	}
	return train.WriteRecords(filepath.Join(env.Out, RecordsFile), a.records)
}

// open reads the run, the texts of both sides, and what a defence takes out.
func (s *Stage) open(env *stages.Env) (*assessment, error) {
	sides, err := removal.OpenSides(env)
	if err != nil {
		return nil, err
	}
	a := &assessment{params: s.params, env: env}
	if len(sides) > 1 {
		if a.target, err = s.params.target(sides[0].Shape.Classes); err != nil {
			return nil, err
		}
	}
	if a.goldCut, err = goldCut(env, sides[0]); err != nil {
		return nil, err
	}
	var removed *removal.Removed
	if dir, ok := env.Inputs[RemovedRole]; ok {
		if removed, err = removal.Read(dir); err != nil {
			return nil, err
		}
	}
	for _, side := range sides {
		d, err := newDefended(side, removed)
		if err != nil {
			return nil, err
		}
		a.sides = append(a.sides, d)
	}
	return a, nil
}
