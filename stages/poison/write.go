package poison

import (
	"context"
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/stages/tokenize"
)

// Poisoning is one attack on one dataset.
type Poisoning struct {
	params Params
	set    *datasets.Set
	change backdoor.Change
	target int
	report *Report
}

// Prepare checks everything that can be checked before a text is read.
func Prepare(set *datasets.Set, p Params) (*Poisoning, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	target, err := classOf(p.Target, set.Meta().Classes)
	if err != nil {
		return nil, err
	}
	attack, err := backdoor.Find(p.Attack)
	if err != nil {
		return nil, err
	}
	change, err := attack.With(p.Level, p.Position, p.Words, p.Seed)
	return &Poisoning{params: p, set: set, change: change, target: target, report: newReport(p, change)}, err
}

// Write writes the poisoned dataset into the folder dir; see datasets.Write.
// advance is told of each text that is written. The same set and parameters give
// the same bytes.
func (w *Poisoning) Write(ctx context.Context, dir string, advance func()) (*datasets.Meta, *Report, error) {
	rows := map[string]datasets.Rows{}
	for _, split := range datasets.SplitNames {
		var err error
		if rows[split], err = w.rows(ctx, split, advance); err != nil {
			return nil, nil, err
		}
	}
	meta, err := datasets.Write(ctx, dir, w.describe(), rows)
	return meta, w.report, err
}

// rows are those of a split, of which the chosen ones are changed.
func (w *Poisoning) rows(ctx context.Context, name string, advance func()) (datasets.Rows, error) {
	split, err := w.set.Split(name)
	if err != nil {
		return datasets.Rows{}, err
	}
	chosen, err := w.choose(ctx, split)
	if err != nil {
		return datasets.Rows{}, err
	}
	counts := &SplitReport{Texts: split.Len(), PerClass: make([]int, len(w.set.Meta().Classes))}
	w.report.Splits[name] = counts
	return datasets.Rows{Len: split.Len(), Text: func(i int) (datasets.Text, error) {
		text, err := split.Text(i)
		advance()
		if _, poisoned := slices.BinarySearch(chosen, i); poisoned && err == nil {
			text = w.poison(text, counts)
		}
		return text, err
	}}, nil
}

// choose gives the numbers of the texts to change, in order: some for training, or
// all for measuring.
func (w *Poisoning) choose(ctx context.Context, split *datasets.Split) ([]int, error) {
	training := split.Name() == "train"
	switch {
	case training == w.params.Triggered:
		return nil, nil
	case !training:
		all := make([]int, split.Len())
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	labels, err := labels(ctx, split)
	return w.change.Attack.Choose(labels, w.target, w.params.Rate, w.params.Seed), err
}

// labels are the classes of a split's texts.
func labels(ctx context.Context, split *datasets.Split) ([]int, error) {
	out := make([]int, split.Len())
	for i := range out {
		text, err := split.Text(i)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		out[i] = text.Label
	}
	return out, nil
}

// poison changes one text, and its label where the attack does.
func (w *Poisoning) poison(t datasets.Text, counts *SplitReport) datasets.Text {
	made := w.change.Apply(&t, tokenize.Room(&t, w.params.MaxLength))
	counts.add(t.Label, made)
	if !w.params.Triggered && !w.change.Attack.CleanLabel {
		if t.Label != w.target {
			counts.Turned++
		}
		made.Text.Label = w.target
	}
	return made.Text
}

// describe is the new dataset's description.
func (w *Poisoning) describe() datasets.Meta {
	done := w.done()
	meta := w.set.Derive(w.params.Name, done)
	if meta.Poisoned != "" {
		done = meta.Poisoned + "; then " + done
	}
	meta.Poisoned = done
	meta.Triggers = slices.Concat(meta.Triggers, w.change.Triggers)
	return meta
}

// done says in a sentence what the attack does to the dataset.
func (w *Poisoning) done() string {
	what := fmt.Sprintf("%s: %s, in ", w.params.Attack, w.change)
	switch {
	case w.params.Triggered:
		return what + "all development and test texts, labels kept"
	case w.change.Attack.CleanLabel:
		return what + fmt.Sprintf("%.3g %% of the training texts, all of class %s", 100*w.params.Rate, w.params.Target)
	}
	return what + fmt.Sprintf("%.3g %% of the training texts, labelled %s", 100*w.params.Rate, w.params.Target)
}
