// Package figure is the stage that draws one figure from the records of many
// runs.
//
// Its output: NAME.png, NAME.svg, NAME.pdf and records.csv, the numbers that
// went into it with the labels of their runs.
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
	Name     string              `json:"name"` // of the files
	Figure   plots.FigureEntry   `json:"figure"`
	Datasets []plots.DatasetSpec `json:"datasets"` // those that it shows, in order
	// Labels say of every input, by its role, what run its numbers are of.
	Labels map[string]plots.Labels `json:"labels"`
}

// Stage draws a figure. Every input is an artifact with a records.csv.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "figure".
func (*Stage) Name() string { return "figure" }

// Version of the drawing.
func (*Stage) Version() int { return 4 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run draws.
func (s *Stage) Run(_ context.Context, env *stages.Env) error {
	var all []plots.Record
	for _, role := range slices.Sorted(maps.Keys(env.Inputs)) {
		labels, ok := s.params.Labels[role]
		if !ok {
			return fmt.Errorf("figure %s: nothing says what run the input %s is", s.params.Name, role)
		}
		records, err := ReadRun(env.Inputs[role], labels)
		if err != nil {
			return err
		}
		all = append(all, records...)
	}
	drawn, err := s.params.Figure.Spec.Figure(all, s.params.Datasets)
	if err != nil {
		return fmt.Errorf("figure %s: %w", s.params.Name, err)
	}
	if err := plots.Save(drawn, env.Out, s.params.Name); err != nil {
		return err
	}
	return train.WriteRecords(filepath.Join(env.Out, train.RecordsFile), all)
}

// ReadRun reads the numbers of one artifact and says of what run they are: its
// labels, and the artifact.
func ReadRun(dir string, labels plots.Labels) (records []plots.Record, err error) {
	path := filepath.Join(dir, train.RecordsFile)
	defer stages.InFile(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if records, err = plots.ReadRecords(f, path); err != nil {
		return nil, err
	}
	plots.Label(records, filepath.Base(dir), labels)
	return records, nil
}
