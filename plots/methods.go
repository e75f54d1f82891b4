package plots

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MethodsSpec is what an experiment file says about a table of methods: how well
// each predicts and selects, at every share of the text that it was to select.
//
//	[[tables]]
//	kind = "methods"
//	methods = ["RNP", "RNP+A2I"]
//	paper = { paper = "A2I", table = "Table1" }
//
// A number is the mean over seeds of what was measured on test texts at the epoch
// that development texts chose, under sampled masks. The paper's stands beside it
// on the paper's own data, which the dataset's PaperName names in the paper's
// words; that of rows without a target where the table's keys have a sparsity. Runs
// are told apart by dataset, method, target and seed alone.
type MethodsSpec struct {
	Title   string    `toml:"title"`
	Methods []string  `toml:"methods"` // in the order of the rows
	Paper   PaperKeys `toml:"paper"`   // which paper's which table
	ASR     bool      `toml:"asr"`     // a column for the attack success rate
	Notes   []string  `toml:"notes"`   // what else to know of all rows
	// PerText adds columns of P, R and F1 that are computed for each text and then
	// averaged, as some papers do.
	PerText bool `toml:"per_text"`
	// Quoted are methods of the paper that are not run. On the paper's own data they
	// have rows of its numbers.
	Quoted []string `toml:"quoted"`
}

// methodDecimals are those of A2I's tables.
const methodDecimals decimals = 1

// Measures lists the metrics of the columns.
func (s MethodsSpec) Measures() []string {
	selectors := []Selector{{"metric": goldShareMetric}}
	for _, c := range s.columns(true) {
		selectors = append(selectors, c.keys)
	}
	return metricsIn(selectors)
}

// methodRow is one method on one dataset at one target.
type methodRow struct {
	dataset DatasetSpec
	target  string // a fraction, as labels have it; empty for runs without one
	method  string
	cells   []methodCell // one for each column
	faults  []fault
}

// methodCell is one number of a row, in percent.
type methodCell struct {
	comparisonLine
	rank int // among the methods of the same dataset and target, from 1; 0 when it has none
}

// Table fills the table, a grid for each dataset that has a finished run. It is an
// error if the numbers of a run contradict each other, and the error names the
// run.
func (s MethodsSpec) Table(records []Record, datasets []DatasetSpec, paper []PaperValue) (*Table, error) {
	if len(s.Methods) == 0 {
		return nil, errors.New(`the table's description needs methods = ["RNP", …]`)
	}
	if err := checkRuns(Filter(records, tested)); err != nil {
		return nil, err
	}
	m := methodTable{spec: s, columns: s.columns(hasOracle(records)), records: records, paper: paper}
	for _, d := range datasets {
		if err := m.add(d); err != nil {
			return nil, err
		}
	}
	rankCells(m.rows, m.columns)
	return m.table(), nil
}

// methodTable is a table at work.
type methodTable struct {
	spec    MethodsSpec
	columns []methodColumn
	records []Record
	paper   []PaperValue
	rows    []methodRow
}

// add makes the rows of a dataset.
func (m *methodTable) add(d DatasetSpec) error {
	if err := m.checkPaper(d); err != nil {
		return err
	}
	for _, target := range m.targets(d) {
		for _, method := range m.methods(d) {
			row, err := m.row(d, target, method)
			if err != nil {
				return fmt.Errorf("%s on %s%s: %w", method, d.title(), atTarget(target), err)
			}
			m.rows = append(m.rows, row)
		}
	}
	return nil
}

// methods are those of a dataset's rows, in their order.
func (m *methodTable) methods(d DatasetSpec) []string {
	if m.paperKeys(d) == (PaperKeys{}) {
		return m.spec.Methods
	}
	return slices.Concat(m.spec.Quoted, m.spec.Methods)
}

// checkPaper wants the paper's table to have numbers on its own data: else the
// keys must be wrong.
func (m *methodTable) checkPaper(d DatasetSpec) error {
	keys := m.paperKeys(d)
	if keys == (PaperKeys{}) || slices.ContainsFunc(m.paper, func(v PaperValue) bool { return keys.matches(v.PaperKeys) }) {
		return nil
	}
	return fmt.Errorf("dataset %s: no paper's number has %s", d.Name, keys)
}

// paperKeys are those of the paper's numbers on a dataset; none where it is not
// the paper's own or the table has no paper.
func (m *methodTable) paperKeys(d DatasetSpec) PaperKeys {
	if !d.Paper || m.spec.Paper == (PaperKeys{}) {
		return PaperKeys{}
	}
	return PaperKeys{Dataset: d.PaperName}.or(m.spec.Paper)
}

// targets lists those that the dataset's runs of the methods have, ascending.
func (m *methodTable) targets(d DatasetSpec) []string {
	ours := slices.DeleteFunc(Filter(m.records, tested.or(Selector{"dataset": d.Name})), func(r Record) bool {
		return !slices.Contains(m.spec.Methods, r.Labels["method"])
	})
	targets := distinct(ours, func(r *Record) string { return r.Labels["target"] })
	slices.SortFunc(targets, func(a, b string) int {
		return Labels{"target": a}.Compare(Labels{"target": b})
	})
	return targets
}

// row finds the numbers of a method.
func (m *methodTable) row(d DatasetSpec, target, method string) (methodRow, error) {
	row := methodRow{dataset: d, target: target, method: method}
	for _, c := range m.columns {
		cell, err := m.cell(row, c)
		if err != nil {
			return row, err
		}
		row.cells = append(row.cells, cell)
	}
	row.faults = row.findFaults()
	return row, nil
}

func (m *methodTable) cell(row methodRow, c methodColumn) (methodCell, error) {
	keys := c.keys.or(Selector{"dataset": row.dataset.Name, "method": row.method, "target": row.target})
	behind := c.of(Filter(m.records, keys))
	ours, err := SummarizeSeeds(behind)
	if err != nil {
		return methodCell{}, err
	}
	line := comparisonLine{
		labels: []string{row.dataset.Name, row.target, row.method, c.name},
		ours:   ours.times(100), origin: Origin{keys, behind},
	}
	line.paper, line.paperStd, err = m.printed(row, c)
	return methodCell{comparisonLine: line}, err
}

// printed is the paper's number of a cell, NaN where it has none.
func (m *methodTable) printed(row methodRow, c methodColumn) (value, std float64, err error) {
	keys := m.paperKeys(row.dataset)
	if keys == (PaperKeys{}) || c.printed == "" || row.target == "" && keys.Sparsity == "" {
		return findPaper(nil, keys)
	}
	return findPaper(m.paper, PaperKeys{Method: row.method, Sparsity: percentOf(row.target), Metric: c.printed}.or(keys))
}

// percentOf writes a share, "0.1", as tables do: "10".
func percentOf(target string) string {
	share, err := strconv.ParseFloat(target, 64)
	if err != nil {
		return target
	}
	return strconv.FormatFloat(100*share, 'g', 10, 64)
}

// atTarget is " at S ≈ 10", nothing without a target.
func atTarget(target string) string {
	if target == "" {
		return ""
	}
	return " at S ≈ " + percentOf(target)
}

// String names the row in remarks.
func (r methodRow) String() string {
	return r.method + " on " + r.dataset.title() + atTarget(r.target)
}

// measured are the records of a metric on test texts that the row is made of.
func (r methodRow) measured(metric string) []Record {
	for _, c := range r.cells {
		if c.origin.Keys["stage"] == tested["stage"] && c.origin.Keys["metric"] == metric {
			return c.origin.Records
		}
	}
	return nil
}

// signs are those of the row's faults, behind the method's name.
func (r methodRow) signs() string {
	var out strings.Builder
	for _, f := range r.faults {
		out.WriteString(f.kind.sign)
	}
	return out.String()
}
