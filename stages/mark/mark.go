// Package mark is the stage that marks the texts which nobody annotated with what a
// finished run selects of them. An attack wants a rationale of each training text, for
// the place of its trigger and for its loss; on data without any the clean model's
// selections stand for people's (METHODS §12.3).
//
// Its output: the dataset, whose test texts stay as they are, and mark.json, which
// counts.
package mark

import (
	"context"
	"fmt"
	"path/filepath"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/dataset"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// The roles of the stage's inputs: the finished run with its graphs, the data as it
// reads them, and the dataset that those were made of.
const (
	RunRole     = "run"
	GraphsRole  = train.GraphsRole
	DataRole    = graphs.DataRole
	DatasetRole = tokenize.DatasetRole
)

// Params say what is marked.
type Params struct {
	Dataset string          `json:"dataset"`
	Name    string          `json:"name"` // of the marked dataset
	Engine  backend.Backend `json:"engine"`
}

// Stage marks one dataset.
type Stage struct {
	params Params
	open   examples.Open
}

// New makes the stage; open opens the data of the run.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open} }

// Name is "mark".
func (*Stage) Name() string { return "mark" }

// Version of what is marked and of the report.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run marks training and development texts.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	m, err := s.marker(env)
	if err != nil {
		return err
	}
	defer m.rt.Close()
	set, done, err := dataset.Open(env, DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	rows, err := m.rows(ctx, set)
	if err != nil {
		return err
	}
	if _, err := dataset.Write(ctx, env, set.Derive(s.params.Name, m.report.change()), rows); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, ReportFile), m.report)
}

// marker is marking in progress.
type marker struct {
	env    *stages.Env
	run    *train.Finished
	data   examples.Data // as the run reads it
	rt     *runtime.Runtime
	report Report
}

func (s *Stage) marker(env *stages.Env) (*marker, error) {
	run, err := train.OpenFinished(env, RunRole, s.open)
	if err != nil {
		return nil, err
	}
	data, err := s.open(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	rt, err := s.params.Engine.Open()
	report := Report{Params: s.params, Method: run.Result.Graphs.Method, Splits: map[string]*SplitReport{}}
	return &marker{env, run, data, rt, report}, err
}

// rows are those of all splits, marked but for the test texts.
func (m *marker) rows(ctx context.Context, set *datasets.Set) (map[string]datasets.Rows, error) {
	rows, err := dataset.Rows(set)
	if err != nil {
		return nil, err
	}
	m.env.Progress.Total(int64(rows["train"].Len + rows["dev"].Len))
	for _, split := range []string{"train", "dev"} {
		chosen, err := m.selections(ctx, split)
		if err != nil {
			return nil, err
		}
		if len(chosen) != rows[split].Len {
			return nil, fmt.Errorf("dataset %s has %d %s texts and the run reads %d; it was made of another dataset", m.report.Dataset, rows[split].Len, split, len(chosen))
		}
		if m.report.Splits[split], err = count(ctx, rows[split], chosen); err != nil {
			return nil, err
		}
		rows[split] = marked(rows[split], chosen)
	}
	return rows, nil
}

// marked are rows with the selections in place of rationales that nobody gave.
func marked(rows datasets.Rows, chosen []selection) datasets.Rows {
	return datasets.Rows{Len: rows.Len, Text: func(i int) (datasets.Text, error) {
		text, err := rows.Text(i)
		if text.Rationale == nil {
			text.Rationale = chosen[i].words
		}
		return text, err
	}}
}
