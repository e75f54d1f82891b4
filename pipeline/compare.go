package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"rationale/plots"
)

// compareCmd is `rationale compare`.
type compareCmd struct {
	First  string `arg:"" name:"run" help:"The first run."`
	Second string `arg:"" name:"other" help:"The run to compare it with."`
	N      int    `default:"5" placeholder:"N" help:"How many test texts with the rationales of both, 0 for none; those first where they differ most."`
	HTML   string `name:"html" placeholder:"FILE" help:"Write a page to this file as well."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*compareCmd) Help() string {
	return `Prints the settings in which the runs differ, every number of both, how they went on development texts epoch by epoch, and test texts with the words that each selects.

Examples:

    rationale compare "RNP on generated-aroma, seed 1" "RNP+A2I on generated-aroma, seed 1"
    rationale compare "RNP on generated-aroma, seed 1" "RNP on generated-aroma, seed 2" --n 20 --html both.html`
}

// Validate is called by kong.
func (c *compareCmd) Validate() error {
	if c.N < 0 {
		return fmt.Errorf("--n %d: expected 0 or more", c.N)
	}
	return nil
}

// line is one number of both runs.
type line struct {
	Epoch  int      `json:"epoch,omitempty"` // 0 for the chosen one
	Mask   string   `json:"mask"`
	Metric string   `json:"metric"`
	First  *float64 `json:"first"`
	Second *float64 `json:"second"`
}

// difference is a setting that the runs do not share.
type difference struct {
	Setting string `json:"setting"`
	First   string `json:"first"`
	Second  string `json:"second"`
}

// comparison is two runs side by side.
type comparison struct {
	First    string       `json:"first"`
	Second   string       `json:"second"`
	FirstID  string       `json:"first_evaluation"` // the artifacts with the numbers
	SecondID string       `json:"second_evaluation"`
	Settings []difference `json:"settings"`
	Test     []line       `json:"test"`
	Dev      []line       `json:"dev"`             // by epoch
	Common   int          `json:"texts_in_common"` // among those that the evaluations keep
	Texts    []pair       `json:"texts"`
}

// Run reads both evaluations.
func (c *compareCmd) Run(a *app) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	first, err := findRun(store, c.First)
	if err != nil {
		return err
	}
	second, err := findRun(store, c.Second)
	if err != nil {
		return err
	}
	cmp, err := compare(first, second, c.N)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, cmp.page()); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.printJSON(cmp)
	}
	return cmp.print(a)
}

// compare reads what both runs have, and n texts.
func compare(first, second *trainedRun, n int) (*comparison, error) {
	c := &comparison{First: first.Label, Second: second.Label, FirstID: first.Evaluation, SecondID: second.Evaluation}
	a, err := first.numbers()
	if err != nil {
		return nil, err
	}
	b, err := second.numbers()
	if err != nil {
		return nil, err
	}
	c.Test = join(a, b)
	if c.Settings, err = differences(first, second); err != nil {
		return nil, err
	}
	if c.Dev, err = byEpoch(first, second); err != nil {
		return nil, err
	}
	all, err := pairs(first, second)
	c.Common, c.Texts = len(all), all[:min(n, len(all))]
	return c, err
}

// join puts numbers of the same epoch, mask and metric on one line.
func join(a, b []measured) []line {
	lines := []line{}
	at := map[line]int{}
	place := func(m measured) *line {
		key := line{Epoch: m.Epoch, Mask: m.Mask, Metric: m.Metric}
		if _, ok := at[key]; !ok {
			at[key] = len(lines)
			lines = append(lines, key)
		}
		return &lines[at[key]]
	}
	for _, m := range a {
		place(m).First = m.Value
	}
	for _, m := range b {
		place(m).Second = m.Value
	}
	return lines
}

// differences lists what tells the runs apart, and then the settings of graphs,
// training and evaluation that are not equal.
func differences(first, second *trainedRun) ([]difference, error) {
	a, err := settings(first)
	if err != nil {
		return nil, err
	}
	b, err := settings(second)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(a)
	maps.Copy(names, b)
	list := []difference{}
	x, y := first.labels(), second.labels()
	for _, k := range plots.Varying([]plots.Labels{x, y}) {
		list = append(list, difference{k.Name, x[k.Name], y[k.Name]})
	}
	for _, k := range plots.Keys() {
		delete(names, k.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a[name] != b[name] {
			list = append(list, difference{name, a[name], b[name]})
		}
	}
	return list, nil
}

// settings are a run's parameters by name, with those of its evaluation that
// the run does not share.
func settings(r *trainedRun) (map[string]string, error) {
	flat := map[string]string{}
	measured, err := r.measuring()
	if err != nil {
		return nil, err
	}
	flat["draws"] = strconv.Itoa(measured.Draws)
	for _, part := range []any{r.Graphs, r.Graphs.Hyper, r.Graphs.Graph, r.Graphs.Flags, r.Graphs.Constants, r.Params, r.Params.Scalars, r.Params.Engine} {
		data, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		var values map[string]json.RawMessage
		if err := json.Unmarshal(data, &values); err != nil {
			return nil, err
		}
		for name, value := range values {
			if value[0] != '{' {
				flat[name] = string(value)
			}
		}
	}
	return flat, nil
}

func (c *comparison) print(a *app) error {
	a.printf("first:  %s (%s)\nsecond: %s (%s)\n\n", c.First, c.FirstID, c.Second, c.SecondID)
	if len(c.Settings) == 0 {
		a.printf("The settings are the same.\n")
	} else if err := a.printTable(c.settingsTable()); err != nil {
		return err
	}
	for _, table := range [][][]string{c.testTable(), c.devTable()} {
		a.printf("\n")
		if err := a.printTable(table); err != nil {
			return err
		}
	}
	return c.printTexts(a)
}

func (c *comparison) settingsTable() [][]string {
	rows := [][]string{{"SETTING", "FIRST", "SECOND"}}
	for _, d := range c.Settings {
		rows = append(rows, []string{d.Setting, d.First, d.Second})
	}
	return rows
}

func (c *comparison) testTable() [][]string {
	rows := [][]string{{"MASK", "METRIC", "FIRST", "SECOND", "SECOND − FIRST"}}
	for _, l := range c.Test {
		rows = append(rows, append([]string{l.Mask, l.Metric}, l.cells()...))
	}
	return rows
}

// cells are both numbers and their difference.
func (l line) cells() []string {
	return []string{measured{Value: l.First}.String(), measured{Value: l.Second}.String(), l.change()}
}

func (l line) change() string {
	if l.First == nil || l.Second == nil {
		return "–"
	}
	return fmt.Sprintf("%+.4f", *l.Second-*l.First)
}
