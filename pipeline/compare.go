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
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*compareCmd) Help() string {
	return `Prints the settings in which the runs differ, and every number of both.

Example:

    rationale compare "RNP on generated-aroma, seed 1" "RNP+A2I on generated-aroma, seed 1"`
}

// line is one number of both runs.
type line struct {
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
	cmp, err := compare(first, second)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(cmp)
	}
	return cmp.print(a)
}

func compare(first, second *trainedRun) (*comparison, error) {
	c := &comparison{
		First: first.Label, Second: second.Label, FirstID: first.Evaluation, SecondID: second.Evaluation,
		Settings: []difference{},
	}
	a, err := first.numbers()
	if err != nil {
		return nil, err
	}
	b, err := second.numbers()
	if err != nil {
		return nil, err
	}
	c.Test = join(a, b)
	c.Settings, err = differences(first, second)
	return c, err
}

// join puts numbers of the same mask and metric on one line.
func join(a, b []measured) []line {
	var lines []line
	at := map[[2]string]int{}
	place := func(m measured) *line {
		key := [2]string{m.Mask, m.Metric}
		if _, ok := at[key]; !ok {
			at[key] = len(lines)
			lines = append(lines, line{Mask: m.Mask, Metric: m.Metric})
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
	for _, part := range []any{r.Graphs, r.Graphs.Hyper, r.Graphs.Flags, r.Graphs.Constants, r.Params, r.Params.Scalars, r.Params.Engine} {
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
		a.printf("The settings are the same.\n\n")
	} else if err := c.printSettings(a); err != nil {
		return err
	}
	rows := [][]string{{"MASK", "METRIC", "FIRST", "SECOND", "SECOND − FIRST"}}
	for _, l := range c.Test {
		rows = append(rows, []string{l.Mask, l.Metric, measured{Value: l.First}.String(), measured{Value: l.Second}.String(), l.change()})
	}
	return a.printTable(rows)
}

func (c *comparison) printSettings(a *app) error {
	rows := [][]string{{"SETTING", "FIRST", "SECOND"}}
	for _, d := range c.Settings {
		rows = append(rows, []string{d.Setting, d.First, d.Second})
	}
	err := a.printTable(rows)
	a.printf("\n")
	return err
}

func (l line) change() string {
	if l.First == nil || l.Second == nil {
		return "–"
	}
	return fmt.Sprintf("%+.4f", *l.Second-*l.First)
}
