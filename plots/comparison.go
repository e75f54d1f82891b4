package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ComparisonSpec is what an experiment file says about a table "paper | ours":
// its rows, and the metrics shown for each row. A cell's records and paper value
// are found by the row's keys completed by the metric's.
type ComparisonSpec struct {
	Title  string    `toml:"title"`
	Labels []string  `toml:"labels"` // headings of the label columns: "Dataset", "Method"
	Paper  PaperKeys `toml:"paper"`  // keys that all paper values share, such as the table
	// Decimals of the numbers as printed; 0 means 1, as in A2I. BadRNL has 2.
	Decimals int          `toml:"decimals"`
	Rows     []RowSpec    `toml:"rows"`
	Metrics  []MetricSpec `toml:"metrics"`
}

// RowSpec is one row: what it is called and where its numbers are. Without
// paper keys of its own it is a row that the paper lacks.
type RowSpec struct {
	Labels   []string  `toml:"labels"` // one for each heading of the table
	Paper    PaperKeys `toml:"paper"`
	Selector `toml:"-"`
}

// UnmarshalTOML reads the keys beside the row's own.
func (r *RowSpec) UnmarshalTOML(table any) error {
	type plain RowSpec
	return r.Selector.decode(table, (*plain)(r))
}

// MetricSpec is one number shown for every row.
type MetricSpec struct {
	Name     string    `toml:"name"` // as printed: "F1"
	Paper    PaperKeys `toml:"paper"`
	Unit     Unit      `toml:"unit"`
	Selector `toml:"-"`
}

// UnmarshalTOML reads the keys beside the metric's own.
func (m *MetricSpec) UnmarshalTOML(table any) error {
	type plain MetricSpec
	return m.Selector.decode(table, (*plain)(m))
}

// Unit says how a metric's values become the numbers of the table.
type Unit string

// The units of a metric.
const (
	Percent Unit = ""      // fractions of 1, shown times 100 with one decimal, as the papers do
	Plain   Unit = "plain" // shown as they are
)

// scale is the factor from a record's value to the number shown.
func (u Unit) scale() (float64, error) {
	switch u {
	case Percent:
		return 100, nil
	case Plain:
		return 1, nil
	default:
		return 0, fmt.Errorf(`unknown unit %q (known: "plain", or none for percent)`, u)
	}
}

// Measures lists the metrics that the cells are of.
func (s ComparisonSpec) Measures() []string {
	var selectors []Selector
	for _, r := range s.Rows {
		selectors = append(selectors, r.Selector)
	}
	for _, m := range s.Metrics {
		selectors = append(selectors, m.Selector)
	}
	return metricsIn(selectors)
}

// on repeats the rows for each of the datasets, which a first column names,
// unless the rows name datasets themselves. Rows on data that is not the paper's
// own are rows that the paper lacks.
func (s ComparisonSpec) on(datasets []DatasetSpec) ComparisonSpec {
	names := func(r RowSpec) bool { return r.Selector["dataset"] != "" }
	if len(datasets) == 0 {
		return s
	}
	rows := slices.Clone(s.Rows)
	if slices.ContainsFunc(rows, names) {
		for i, r := range rows {
			other := func(d DatasetSpec) bool { return d.Name == r.Selector["dataset"] && !d.Paper }
			if slices.ContainsFunc(datasets, other) {
				rows[i].Paper = PaperKeys{}
			}
		}
		s.Rows = rows
		return s
	}
	s.Rows = nil
	for _, d := range datasets {
		for _, r := range rows {
			r.Labels = joined([]string{d.title()}, r.Labels...)
			r.Selector = r.Selector.or(Selector{"dataset": d.Name})
			if !d.Paper {
				r.Paper = PaperKeys{}
			}
			s.Rows = append(s.Rows, r)
		}
	}
	s.Labels = joined([]string{"Dataset"}, s.Labels...)
	return s
}

// Table fills the table from records on the datasets and from paper values. Of
// each run it takes the dev-best epoch and the numbers that belong to no epoch.
// A cell may lack the paper's number or ours; a row or a metric that lacks both
// everywhere is an error, because its keys must be wrong.
func (s ComparisonSpec) Table(records []Record, datasets []DatasetSpec, paper []PaperValue) (*Table, error) {
	s = s.on(datasets)
	if len(s.Rows) == 0 || len(s.Metrics) == 0 {
		return nil, errors.New("the table's description needs rows and metrics")
	}
	if s.Decimals < 0 || s.Decimals > 9 {
		return nil, fmt.Errorf("the table cannot show %d decimals", s.Decimals)
	}
	table := &comparison{title: s.Title, labels: joined(s.Labels, "Metric"), decimals: decimals(cmp.Or(s.Decimals, 1))}
	final := finalRecords(records)
	filled := make([]bool, len(s.Metrics))
	for i, row := range s.Rows {
		if len(row.Labels) != len(s.Labels) {
			return nil, fmt.Errorf("row %d has the labels %q, but the headings are %q", i+1, row.Labels, s.Labels)
		}
		any := false
		for j, metric := range s.Metrics {
			line, err := s.line(row, metric, final, paper)
			if err != nil {
				return nil, fmt.Errorf("row %q, metric %q: %w", row.Labels, metric.Name, err)
			}
			if defined(line.paper) || line.ours.N > 0 {
				any, filled[j] = true, true
			}
			table.lines = append(table.lines, line)
		}
		if !any {
			return nil, fmt.Errorf("row %q has no number at all: %s", row.Labels,
				explainMiss(final, row.Selector.or(s.Metrics[0].Selector)))
		}
	}
	for j, metric := range s.Metrics {
		if !filled[j] {
			return nil, fmt.Errorf("metric %q has no number at all: %s", metric.Name, explainMiss(final, metric.Selector))
		}
	}
	return table.table(), nil
}

// joined is a new list of the elements and those that follow.
func joined(list []string, more ...string) []string { return slices.Concat(list, more) }

// finalRecords are the numbers that stand for a run as a whole.
func finalRecords(records []Record) []Record {
	var final []Record
	for _, r := range records {
		if r.Selected || r.Epoch == 0 {
			final = append(final, r)
		}
	}
	return final
}

// line finds the numbers of one row and metric.
func (s ComparisonSpec) line(row RowSpec, metric MetricSpec, records []Record, paper []PaperValue) (comparisonLine, error) {
	line := comparisonLine{labels: joined(row.Labels, metric.Name), paper: math.NaN(), paperStd: math.NaN()}
	scale, err := metric.Unit.scale()
	if err != nil {
		return line, err
	}
	keys := row.Selector.or(metric.Selector)
	line.origin = Origin{keys, Filter(records, keys)}
	ours, err := SummarizeSeeds(line.origin.Records)
	if err != nil {
		return line, err
	}
	line.ours = ours.times(scale)
	if row.Paper != (PaperKeys{}) {
		line.paper, line.paperStd, err = findPaper(paper, row.Paper.or(metric.Paper).or(s.Paper))
	}
	return line, err
}

// findPaper returns the paper's number and its deviation, NaN when there is
// none.
func findPaper(values []PaperValue, keys PaperKeys) (value, std float64, err error) {
	value, std = math.NaN(), math.NaN()
	found := false
	for _, v := range values {
		if !keys.matches(v.PaperKeys) {
			continue
		}
		if found {
			return value, std, fmt.Errorf("the paper has several numbers with %s: name more of its keys", keys)
		}
		value, std, found = v.Value, v.Std, true
	}
	return value, std, nil
}
