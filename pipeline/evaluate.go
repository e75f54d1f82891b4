package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"rationale/plots"
	"rationale/stages"
	"rationale/stages/evaluate"
)

// evaluateCmd is `rationale evaluate`.
type evaluateCmd struct {
	Name string `arg:"" name:"run" help:"The run."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*evaluateCmd) Help() string {
	return `Masks: "sampled" draws the rationale once, as the papers do; "sampled-mean-N" is the mean of N draws; "argmax" takes every word that is more likely selected than not. Values are shares of 1.

Examples:

    rationale evaluate train-0123
    rationale evaluate "RNP on generated-aroma, seed 1" --json`
}

// Run prints the records of the evaluation.
func (c *evaluateCmd) Run(a *app) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	r, err := findRun(store, c.Name)
	if err != nil {
		return err
	}
	return printMeasured(a, r, c.JSON)
}

// measured is one number of an evaluation.
type measured struct {
	Epoch  int      `json:"epoch,omitempty"` // 0 for the chosen one
	Mask   string   `json:"mask"`
	Metric string   `json:"metric"`
	Value  *float64 `json:"value"` // null when undefined
}

// numbers reads a run's evaluation.
func (r *trainedRun) numbers() (out []measured, err error) {
	dir, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, err
	}
	records, err := readRecords(filepath.Join(dir, evaluate.RecordsFile))
	for _, record := range records {
		out = append(out, measured{Mask: record.Mask, Metric: record.Metric, Value: defined(record.Value)})
	}
	return out, err
}

// readRecords reads records in a file of an artifact.
func readRecords(path string) (records []plots.Record, err error) {
	defer stages.InFile(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return plots.ReadRecords(f, path)
}

// defined is a number for JSON, which has no NaN; nil for that.
func defined(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}

// String shows the value as printed in tables.
func (m measured) String() string {
	if m.Value == nil {
		return "–"
	}
	return fmt.Sprintf("%.4f", *m.Value)
}

// printMeasured prints a run with its measurements on the test split.
func printMeasured(a *app, r *trainedRun, asJSON bool) error {
	numbers, err := r.numbers()
	if err != nil {
		return err
	}
	result, err := r.result()
	if err != nil {
		return err
	}
	if asJSON {
		return a.printJSON(struct {
			*trainedRun
			Epoch   int        `json:"epoch"`
			Numbers []measured `json:"test"`
		}{r, result.Epoch(), numbers})
	}
	a.printf("%s: %s, epoch %d of %d\n\n", r.ID, r.Label, result.Epoch(), r.Params.Epochs)
	if err := a.printTable(pivot(numbers)); err != nil {
		return err
	}
	if slices.ContainsFunc(numbers, func(m measured) bool { return m.Value == nil }) {
		a.printf("\n–: %s\n", plots.Undefined)
	}
	return nil
}

// pivot lays the numbers out with a row for each metric and a column for each
// mask, below a heading.
func pivot(numbers []measured) [][]string {
	var masks, metrics []string
	cells := map[[2]string]string{}
	for _, m := range numbers {
		if !slices.Contains(masks, m.Mask) {
			masks = append(masks, m.Mask)
		}
		if !slices.Contains(metrics, m.Metric) {
			metrics = append(metrics, m.Metric)
		}
		cells[[2]string{m.Mask, m.Metric}] = m.String()
	}
	rows := [][]string{append([]string{"METRIC"}, masks...)}
	for _, metric := range metrics {
		row := []string{metric}
		for _, mask := range masks {
			row = append(row, cells[[2]string{mask, metric}])
		}
		rows = append(rows, row)
	}
	return rows
}
