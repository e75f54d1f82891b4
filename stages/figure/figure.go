// Package figure is the stage that draws one figure from the records of many
// runs.
//
// Its output: NAME.png, NAME.svg, NAME.pdf and records.csv, the numbers that
// went into it.
package figure

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"rationale/plots"
	"rationale/stages"
	"rationale/stages/train"
)

// Params describe the figure.
type Params struct {
	Name string           `json:"name"` // of the files
	Spec plots.CurvesSpec `json:"spec"`
}

// Stage draws a figure. Every input is an artifact with a records.csv.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "figure".
func (*Stage) Name() string { return "figure" }

// Version of the drawing.
func (*Stage) Version() int { return 2 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run draws.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	var all []plots.Record
	for _, role := range slices.Sorted(maps.Keys(env.Inputs)) {
		records, err := ReadRun(env.Inputs[role])
		if err != nil {
			return err
		}
		all = append(all, records...)
	}
	curves, err := s.params.Spec.Curves(all)
	if err != nil {
		return fmt.Errorf("figure %s: %w", s.params.Name, err)
	}
	if err := plots.Save(curves, env.Out, s.params.Name); err != nil {
		return err
	}
	return train.WriteRecords(filepath.Join(env.Out, train.RecordsFile), all)
}

// ReadRun reads the records of one artifact and names the artifact in them.
func ReadRun(dir string) ([]plots.Record, error) {
	path := filepath.Join(dir, train.RecordsFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := plots.ReadRecords(f, path)
	if err != nil {
		return nil, err
	}
	for i := range records {
		records[i].Run = filepath.Base(dir)
	}
	return records, nil
}
