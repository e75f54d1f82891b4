package experiments

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/plots"
	"rationale/stages/adopt"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/figure"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// material collects what the report shows.
func (p *publisher) material(b *Batch) (report.Material, error) {
	m := report.Material{Title: "Selective rationalization: reproduced figures", Command: b.command(), Profile: b.Profile, Library: noLibrary}
	records := map[*Run][]plots.Record{}
	data := map[string]bool{}
	for _, r := range b.Runs {
		var err error
		if records[r], err = p.records(r); err != nil {
			return m, err
		}
		m.Records = append(m.Records, records[r]...)
		if err := p.addRun(&m, r); err != nil {
			return m, err
		}
		if id := p.plan.ID(r.Data); !data[id] {
			data[id] = true
			if err := p.addData(&m, r.Data); err != nil {
				return m, err
			}
		}
		m.Library = library(r.Train.Stage.Params().(train.Params).Engine)
	}
	if err := p.addCounts(&m, b); err != nil {
		return m, err
	}
	plots.SortRecords(m.Records)
	for _, e := range b.Experiments {
		if err := p.addExperiment(&m, e, records); err != nil {
			return m, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	return m, p.addReadings(&m)
}

// noLibrary stands for the library where no model was run.
const noLibrary = "no model was run"

// library says what computed.
func library(b backend.Backend) string {
	name := fmt.Sprintf("onnxruntime (SHA-256 %.12s…), provider %s", b.Library, b.Provider)
	if b.TF32 {
		name += " with TF32"
	}
	return name
}

// addExperiment collects an experiment's figures, and fills its tables from the
// records of its own runs.
func (p *publisher) addExperiment(m *report.Material, e Planned, records map[*Run][]plots.Record) error {
	out := report.Experiment{
		Name: e.Name, Title: e.Title, Paper: e.Paper, Expect: e.Expect, Claims: e.claims(), Datasets: e.Datasets,
	}
	for _, r := range e.Runs {
		out.Records = append(out.Records, records[r]...)
	}
	for _, c := range e.Counts {
		counted, err := p.counted(c)
		if err != nil {
			return err
		}
		out.Records = append(out.Records, counted...)
	}
	for i, f := range e.Figures {
		dir, err := p.folder(e.Drawings[i])
		if err != nil {
			return err
		}
		png, err := os.ReadFile(filepath.Join(dir, e.file(f.Name)+".png"))
		if err != nil {
			return err
		}
		out.Figures = append(out.Figures, report.Figure{Name: e.file(f.Name), PNG: png})
	}
	var err error
	out.Tables, err = e.fill(out.Records)
	m.Experiments = append(m.Experiments, out)
	return err
}

// fill fills the experiment's tables from records and from the papers' tables.
func (e Planned) fill(records []plots.Record) ([]report.Table, error) {
	printed, err := paperValues()
	if err != nil {
		return nil, err
	}
	var out []report.Table
	for _, t := range e.Tables {
		filled, err := t.Spec.Table(records, e.Datasets, printed)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", e.file(t.Name), err)
		}
		filled.Title = cmp.Or(filled.Title, e.Title)
		filled.Remarks = append(filled.Remarks, e.remarks()...)
		out = append(out, report.Table{Name: e.file(t.Name), Table: filled})
	}
	return out, nil
}

// remarks say with what the runs began, and how their sparsities were found.
func (e Planned) remarks() []string { return append(e.beginnings(), e.searched()...) }

// searched says how sparsities were found, and which missed their targets.
func (e Planned) searched() []string {
	if !slices.ContainsFunc(e.Runs, func(r *Run) bool { return r.Search != nil }) {
		return nil
	}
	out := []string{"s was chosen for each run so that S on development texts lands within a point of its target; no annotations were used."}
	if e.Annotations {
		out = []string{"s was chosen for each run so that S on the annotated test texts lands within a point of its target, as the authors did."}
	}
	var missed []string
	for _, r := range e.Runs {
		if miss := r.missed(); miss != "" {
			missed = append(missed, miss)
		}
	}
	if len(missed) > 0 {
		out = append(out, "No attempt reached the target, and the nearest stands here: "+strings.Join(missed, "; ")+".")
	}
	return out
}

// records are the numbers of a run's training and evaluation.
func (p *publisher) records(r *Run) ([]plots.Record, error) {
	var out []plots.Record
	for _, n := range append([]*engine.Node{r.Train}, r.measured()...) {
		dir, err := p.folder(n)
		if err != nil {
			return nil, err
		}
		records, err := figure.ReadRun(dir, r.Labels)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

func (p *publisher) addRun(m *report.Material, r *Run) error {
	trained, err := p.store.Path(p.plan.ID(r.Train))
	if err != nil {
		return err
	}
	evaluated, err := p.store.Path(p.plan.ID(r.Evaluate))
	if err != nil {
		return err
	}
	result, err := train.ReadResult(trained)
	if err != nil {
		return err
	}
	examples, err := evaluate.ReadExamples(evaluated)
	if err != nil {
		return err
	}
	run := report.Run{
		ID: p.plan.ID(r.Train), EvaluationID: p.plan.ID(r.Evaluate), DataID: p.plan.ID(r.Data), Labels: r.Labels,
		Settings: r.Settings.list(r.Method), Attempts: r.attempts(), ChosenEpoch: result.Epoch(), Examples: examples,
	}
	if log, ok, err := p.store.Log(run.ID); err == nil && ok {
		run.Seconds, run.PeakRSS, run.Finished = log.Seconds, log.PeakRSS, log.Started
	}
	m.Runs = append(m.Runs, run)
	return nil
}

// attempts are those of the search for the run's s.
func (r *Run) attempts() []report.Attempt {
	if r.Search == nil {
		return nil
	}
	var out []report.Attempt
	for _, a := range r.Search.tried {
		out = append(out, report.Attempt(a))
	}
	return out
}

func (p *publisher) addData(m *report.Material, n *engine.Node) error {
	dir, err := p.folder(n)
	if err != nil {
		return err
	}
	if _, graphs := n.Stage.(*adopt.Stage); graphs {
		return p.addGraphs(m, n, dir)
	}
	summary, err := tokenize.ReadSummary(dir)
	m.Data = append(m.Data, report.Dataset{ID: p.plan.ID(n), Summary: summary})
	return err
}

func (p *publisher) addGraphs(m *report.Material, n *engine.Node, dir string) error {
	set, err := adopt.Open(dir)
	if err != nil {
		return err
	}
	m.Graphs = append(m.Graphs, report.GraphDataset{ID: p.plan.ID(n), Meta: set.Meta()})
	return set.Close()
}
