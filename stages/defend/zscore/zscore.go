// Package zscore is a defence before training: it drops training texts with a word
// that goes with their label far more, or far less, often than chance allows (Z-score
// of He et al. 2023, "Mitigating Backdoor Poisoning Attacks through the Lens of
// Spurious Correlation"; METHODS §14).
package zscore

import (
	"context"
	"fmt"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
)

// ReportFile is the output beside the filtered dataset.
const ReportFile = "zscore.json"

// Usual is the factor of the method's published code.
const Usual = 20

// Params say what is filtered, and how strictly. The dataset fills the role
// tokenize.DatasetRole.
type Params struct {
	Dataset string `json:"dataset"`
	Name    string `json:"name"` // of the filtered dataset
	// Factor is how many standard deviations a score may lie from the mean of all;
	// 0 looks for a gap among the highest scores, see Scores.Gap.
	Factor float64 `json:"factor"`
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	if !(p.Factor >= 0 && p.Factor <= 1e6) {
		return fmt.Errorf("factor %v: expected a number of standard deviations such as %d, or 0 to look for a gap", p.Factor, Usual)
	}
	return nil
}

// Stage filters one dataset; its output is a folder Params.Name and ReportFile.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "zscore".
func (*Stage) Name() string { return "zscore" }

// Version of the filter and of its report.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run filters the training texts; dev and test stay as they are.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
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
	report, err := s.examine(ctx, set.Meta(), rows["train"])
	if err != nil {
		return err
	}
	meta := set.Derive(report.Name, report.change())
	rows["train"] = without(rows["train"], report.Dropped)
	if _, err := dataset.Write(ctx, env, meta, rows); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, ReportFile), report)
}

// examine scores the words of the training texts and finds the texts to be dropped.
func (s *Stage) examine(ctx context.Context, meta datasets.Meta, train datasets.Rows) (Report, error) {
	r := Report{
		Dataset: s.params.Dataset, Name: s.params.Name, Classes: meta.Classes,
		Factor: s.params.Factor, Texts: train.Len, Dropped: []Row{},
	}
	counts := NewCounts(len(meta.Classes))
	err := dataset.Each(ctx, train, func(_ int, t *datasets.Text) { counts.Add(wordsOf(t, meta.Lower), t.Label) })
	if err != nil {
		return r, err
	}
	r.judge(counts.Scores())
	f := newFilter(r.Suspicious, meta.Lower)
	return r, dataset.Each(ctx, train, func(i int, t *datasets.Text) {
		if words := f.suspicious(t); words != nil {
			r.Dropped = append(r.Dropped, Row{i, t.ID, t.Label, words})
		}
	})
}

// judge sets the bounds, and says which scores lie beyond them.
func (r *Report) judge(s Scores) {
	if r.Factor == 0 {
		r.Factor, r.Found = s.Gap()
	}
	r.Pairs, r.Mean, r.Std = len(s.All), s.Mean, s.Std
	r.Lower, r.Upper = s.Bounds(r.Factor)
	r.Suspicious = s.Outside(r.Factor)
}

// without leaves rows out, which are sorted.
func without(rows datasets.Rows, dropped []Row) datasets.Rows {
	kept := make([]int, 0, rows.Len)
	for i := range rows.Len {
		if len(dropped) > 0 && dropped[0].Row == i {
			dropped = dropped[1:]
			continue
		}
		kept = append(kept, i)
	}
	return datasets.Rows{Len: len(kept), Text: func(i int) (datasets.Text, error) { return rows.Text(kept[i]) }}
}
