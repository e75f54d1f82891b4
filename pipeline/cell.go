package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets/quote"
	"rationale/pipeline/disk"
	"rationale/pipeline/experiments"
	reports "rationale/pipeline/report"
	"rationale/plots"
)

// cellCmd is `rationale cell`.
type cellCmd struct {
	Table  string   `arg:"" help:"A table of the results, by the name of its files."`
	Keys   []string `arg:"" optional:"" name:"key=value" help:"What the number is of: dataset, method, target, metric, …"`
	Figure string   `placeholder:"FILE" help:"Draw the curves to this file as well: .png, .svg or .pdf."`
	JSON   bool     `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*cellCmd) Help() string {
	return `Shows where a number of a table is from: for each seed the run, its folder, its settings and its curves. Where the keys fit several numbers, these are listed; "list keys" tells the keys, and metric, stage, split and mask are others. The chosen epoch is marked.

Examples:

    rationale cell attack-success
    rationale cell attack-success dataset=generated-aroma method=RNP+A2I metric=asr
    rationale cell attack-success dataset=generated-aroma method=RNP metric=f1 --figure curves.png`
}

// Validate is called by kong.
func (c *cellCmd) Validate() error {
	if c.Figure == "" {
		return nil
	}
	_, err := formatOf(c.Figure)
	return err
}

// Run finds the cell in provenance.json.
func (c *cellCmd) Run(a *app) error {
	keys, err := plots.ParseSelector(c.Keys)
	if err != nil {
		return usageError{err}
	}
	p, err := readProvenance(a.resultsDir())
	if err != nil {
		return err
	}
	table, err := tableOf(p, c.Table)
	if err != nil {
		return err
	}
	switch cells := table.Find(keys); len(cells) {
	case 0:
		return noCell(table, keys)
	case 1:
		return c.show(a, p, cells[0])
	default:
		if c.Figure != "" {
			return usagef("--figure draws the curves behind one number; these keys fit %d: name more of %s", len(cells), strings.Join(cellKeys(cells), ", "))
		}
		return listCells(a, cells, c.JSON)
	}
}

// readProvenance reads that of the results in a folder.
func readProvenance(results string) (reports.Provenance, error) {
	path := filepath.Join(results, experiments.ProvenanceFile)
	data, err := disk.ReadFile(path, 1<<30)
	if errors.Is(err, fs.ErrNotExist) {
		return reports.Provenance{}, fmt.Errorf("there are no results in %s; make them with rationale reproduce", results)
	}
	if err != nil {
		return reports.Provenance{}, err
	}
	p, err := reports.ReadProvenance(data)
	if err != nil {
		return p, fmt.Errorf("%s: %w; that makes it again", path, err)
	}
	if len(p.Tables) == 0 {
		return p, fmt.Errorf("%s tells of no table: its experiments have none, or an earlier version of the program wrote it; to write it anew: %s", path, p.Command)
	}
	return p, nil
}

// tableOf finds a table by its name.
func tableOf(p reports.Provenance, name string) (reports.TableCells, error) {
	var names []string
	for _, t := range p.Tables {
		if strings.EqualFold(t.Table, name) {
			return t, nil
		}
		names = append(names, t.Table)
	}
	return reports.TableCells{}, usagef("no table %q; there are %s", name, strings.Join(names, ", "))
}

// noCell says at which key the search ran dry, and what was there instead.
func noCell(t reports.TableCells, keys plots.Selector) error {
	left := t
	for _, key := range plots.SelectorKeys() {
		value, asked := keys[key]
		if !asked {
			continue
		}
		values := left.Values(key)
		if left.Cells = left.Find(plots.Selector{key: value}); len(left.Cells) > 0 {
			continue
		}
		if len(values) == 0 {
			return usagef("the numbers of %s have no %s; there are the keys %s", t.Table, key, strings.Join(cellKeys(t.Cells), ", "))
		}
		return usagef("table %s has no number with %s; of %s %s there is none, only %s", t.Table, keys, key, quote.Name(value), quote.Names(values))
	}
	return usagef("table %s is empty", t.Table)
}

// cellKeys are the keys that some of the cells have, from coarse to fine.
func cellKeys(cells []reports.Cell) []string {
	return slices.DeleteFunc(plots.SelectorKeys(), func(key string) bool {
		return len(reports.TableCells{Cells: cells}.Values(key)) == 0
	})
}

// listed is one of several cells.
type listed struct {
	Keys plots.Selector `json:"keys"`
	mean
}

// mean is a mean over seeds; what is undefined is null.
type mean struct {
	Mean  *float64 `json:"mean"`
	Std   *float64 `json:"std"`
	Seeds int      `json:"seeds"`
}

func newMean(s plots.Summary) mean {
	m := mean{Seeds: s.N}
	if s.N > 0 {
		m.Mean = &s.Mean
	}
	if s.N > 1 {
		m.Std = &s.Std
	}
	return m
}

// String is "0.5410 ± 0.0320 (3)".
func (m mean) String() string {
	text := measured{Value: m.Mean}.String()
	if m.Std != nil {
		text += " ± " + measured{Value: m.Std}.String()
	}
	return fmt.Sprintf("%s (%d)", text, m.Seeds)
}

// listCells prints what tells the cells apart, and their numbers.
func listCells(a *app, cells []reports.Cell, asJSON bool) error {
	var list []listed
	keys := cellKeys(cells)
	rows := [][]string{append(upper(keys), "MEAN ± STD (SEEDS)")}
	for _, c := range cells {
		l := listed{c.Keys, newMean(c.Summary())}
		list = append(list, l)
		var row []string
		for _, key := range keys {
			row = append(row, c.Keys[key])
		}
		rows = append(rows, append(row, l.String()))
	}
	if asJSON {
		return a.printJSON(list)
	}
	return a.printTable(rows)
}

func upper(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.ToUpper(name)
	}
	return out
}
