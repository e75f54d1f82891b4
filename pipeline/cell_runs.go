package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/engine"
	reports "rationale/pipeline/report"
	"rationale/plots"
	"rationale/stages/figure"
)

// origin is a cell with the runs behind it.
type origin struct {
	Keys plots.Selector `json:"keys"`
	mean
	Runs []originRun `json:"runs"`
}

// originRun is the run of one seed.
type originRun struct {
	Seed             string            `json:"seed"`
	Value            *float64          `json:"value"` // null when undefined
	Epoch            int               `json:"epoch"` // that it was measured at
	Run              string            `json:"run"`
	Folder           string            `json:"folder"`
	Evaluation       string            `json:"evaluation"`
	EvaluationFolder string            `json:"evaluation_folder"`
	Settings         map[string]string `json:"settings"`
	Curves           []curve           `json:"curves"`
	chosen           int
	records          []plots.Record // of its training
}

// curve is a number over the epochs of a run.
type curve struct {
	Split  string  `json:"split"`
	Metric string  `json:"metric"`
	Points []point `json:"points"` // in the order of epochs
}

// point is a number of one epoch.
type point struct {
	Epoch int      `json:"epoch"`
	Value *float64 `json:"value"` // null when undefined
}

// show prints the cell and its runs.
func (c *cellCmd) show(a *app, p reports.Provenance, cell reports.Cell) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	o := origin{Keys: cell.Keys, mean: newMean(cell.Summary())}
	for _, n := range cell.Numbers {
		r, err := findOrigin(store, p, n, cell.Keys["metric"])
		if err != nil {
			return err
		}
		o.Runs = append(o.Runs, r)
	}
	if c.Figure != "" {
		if err := o.draw(c.Figure); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.printJSON(o)
	}
	return o.print(a)
}

// findOrigin looks the run of one number up in the store.
func findOrigin(store *engine.Store, p reports.Provenance, n reports.Number, metric string) (originRun, error) {
	out := originRun{Seed: n.Seed, Value: n.Value, Epoch: n.Epoch, Run: n.Run, Evaluation: n.Evaluation}
	var labels plots.Labels
	for _, r := range p.Runs {
		if r.Run == n.Run {
			labels, out.Settings, out.chosen = r.Labels, r.Settings, r.ChosenEpoch
		}
	}
	var err error
	if out.Folder, err = verified(store, p, n.Run); err != nil || out.counted() {
		return out, err
	}
	if out.EvaluationFolder, err = verified(store, p, n.Evaluation); err != nil {
		return out, err
	}
	out.records, err = figure.ReadRun(out.Folder, labels)
	out.Curves = curves(out.records, metric)
	return out, err
}

// counted tells that the number is a count of a dataset, which no run is behind.
func (r originRun) counted() bool { return r.Evaluation == "" }

// verified is the folder of an artifact, held against its digests.
func verified(store *engine.Store, p reports.Provenance, id string) (string, error) {
	if found, err := store.Has(id); err != nil {
		return "", err
	} else if !found {
		return "", fmt.Errorf("the number is from %s, which is not in %s any more; this makes it again: %s", id, store.Dir(), p.Command)
	}
	if _, err := store.Verify(id); err != nil {
		return "", withAgain(store, err)
	}
	return store.Path(id)
}

// curves are those that tell how training went: what chose the epoch, how much
// was selected, and the metric of the cell.
func curves(records []plots.Record, metric string) []curve {
	var out []curve
	for _, shown := range [][2]string{{"dev", "accuracy"}, {"dev", "sparsity"}, {"dev", metric}, {"test", metric}} {
		c := newCurve(records, shown[0], shown[1])
		known := slices.ContainsFunc(out, func(other curve) bool { return other.Split == c.Split && other.Metric == c.Metric })
		if len(c.Points) > 0 && !known {
			out = append(out, c)
		}
	}
	return out
}

func newCurve(records []plots.Record, split, metric string) curve {
	c := curve{Split: split, Metric: metric}
	of := plots.Filter(records, plots.Selector{"split": split, "metric": metric})
	plots.SortRecords(of)
	for _, r := range of {
		p := point{Epoch: r.Epoch}
		if !math.IsNaN(r.Value) {
			p.Value = &r.Value
		}
		c.Points = append(c.Points, p)
	}
	return c
}

// at is the number of an epoch; nil where there is none.
func (c curve) at(epoch int) *float64 {
	i, found := slices.BinarySearchFunc(c.Points, epoch, func(p point, epoch int) int { return p.Epoch - epoch })
	if !found {
		return nil
	}
	return c.Points[i].Value
}

// print tells of the cell, of the settings that all seeds share, and of each run.
func (o origin) print(a *app) error {
	if len(o.Runs) == 1 && o.Runs[0].counted() {
		a.printf("%s\n%s\n\ncounted: %s\n", o.Keys.String(), measured{Value: o.Mean}.String(), o.Runs[0].Folder)
		return nil
	}
	a.printf("%s\n%s\n\nsettings: %s\n", o.Keys.String(), o.mean.String(), settingsText(o.shared()))
	for _, r := range o.Runs {
		a.printf("\nseed %s: %s at epoch %d\n", r.Seed, measured{Value: r.Value}.String(), r.Epoch)
		a.printf("run:        %s\nevaluation: %s\n", r.Folder, r.EvaluationFolder)
		if own := r.own(o.shared()); len(own) > 0 {
			a.printf("settings:   %s\n", settingsText(own))
		}
		if err := a.printTable(r.table()); err != nil {
			return err
		}
	}
	return nil
}

// shared are the settings that are the same in all runs.
func (o origin) shared() map[string]string {
	if len(o.Runs) == 0 {
		return nil
	}
	out := maps.Clone(o.Runs[0].Settings)
	for _, r := range o.Runs {
		maps.DeleteFunc(out, func(name, value string) bool { return r.Settings[name] != value })
	}
	return out
}

// own are the run's settings that are not shared.
func (r originRun) own(shared map[string]string) map[string]string {
	out := maps.Clone(r.Settings)
	maps.DeleteFunc(out, func(name, _ string) bool { _, known := shared[name]; return known })
	return out
}

func settingsText(settings map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		parts = append(parts, name+"="+settings[name])
	}
	return strings.Join(parts, " ")
}

// table has a row for each epoch, and a last one that draws the curves.
func (r originRun) table() [][]string {
	header, drawn := []string{"EPOCH"}, []string{""}
	epochs := map[int]bool{}
	for _, c := range r.Curves {
		header = append(header, strings.ToUpper(c.Split+" "+c.Metric))
		drawn = append(drawn, sparkline(c.Points))
		for _, p := range c.Points {
			epochs[p.Epoch] = true
		}
	}
	rows := [][]string{header}
	for _, epoch := range slices.Sorted(maps.Keys(epochs)) {
		rows = append(rows, r.row(epoch))
	}
	return append(rows, drawn)
}

// row has the numbers of one epoch; the chosen one is marked.
func (r originRun) row(epoch int) []string {
	row := []string{strconv.Itoa(epoch)}
	if epoch == r.chosen {
		row[0] += " *"
	}
	for _, c := range r.Curves {
		row = append(row, measured{Value: c.at(epoch)}.String())
	}
	return row
}
