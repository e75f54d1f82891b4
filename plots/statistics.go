package plots

import (
	"fmt"
	"math"
	"slices"
)

// StatisticsSpec is what an experiment file says about a table of what datasets
// hold: for each split the texts of each class, their mean length, and how much of
// them people marked. The numbers are counts: no seed enters them.
type StatisticsSpec struct {
	Title  string      `toml:"title"`
	Paper  PaperKeys   `toml:"paper"` // keys that all paper values share, such as the table
	Splits []SplitSpec `toml:"splits"`
}

// SplitSpec is one split of every dataset.
type SplitSpec struct {
	Split string `toml:"split"` // in records: "test"
	Title string `toml:"title"` // as printed: "Annotation"
	Paper string `toml:"paper"` // what the paper's metrics begin with: "annotation"
}

// quantity is a number of a split.
type quantity struct {
	name     string // as printed
	metric   string // in records
	paper    string // what the paper's metric ends with; empty where it has none
	scale    float64
	decimals decimals // as the paper has them
}

// quantities are those of a split of a dataset. The paper counts positives, the
// second of two classes, and negatives.
func quantities(d DatasetSpec) []quantity {
	var out []quantity
	for class := range d.Classes {
		q := quantity{name: "Texts, " + d.class(class), metric: fmt.Sprintf("texts_of_class_%d", class), scale: 1}
		if d.Classes == 2 {
			q.paper = []string{"neg", "pos"}[class]
		}
		out = append(out, q)
	}
	return append(out,
		quantity{name: "Mean length", metric: "mean_length", paper: "avg_len", scale: 1},
		quantity{name: "Marked words, %", metric: "gold_share", paper: "sparsity_pct", scale: 100, decimals: 1})
}

// class is a class's name, or its number where the names are not known.
func (d DatasetSpec) class(n int) string {
	if n < len(d.ClassNames) {
		return d.ClassNames[n]
	}
	return fmt.Sprint(n)
}

// Measures lists the metrics that the table looks for.
func (StatisticsSpec) Measures() []string { return []string{"gold_share", "mean_length", "texts"} }

// splitCounts are the numbers of one split of a dataset, one a quantity. Where
// neither we nor the paper have a number, both are missing.
type splitCounts struct {
	dataset DatasetSpec
	split   SplitSpec
	of      []quantity
	numbers []comparisonLine
}

// Table lists the splits that hold texts. Datasets of the same classes share a grid.
func (s StatisticsSpec) Table(records []Record, datasets []DatasetSpec, paper []PaperValue) (*Table, error) {
	var rows []splitCounts
	for _, d := range datasets {
		before := len(rows)
		for _, split := range s.Splits {
			row, err := s.count(records, d, split, paper)
			if err != nil {
				return nil, fmt.Errorf("%s, split %s: %w", d.title(), split.Split, err)
			}
			if !row.empty() {
				rows = append(rows, row)
			}
		}
		if len(rows) == before {
			return nil, fmt.Errorf("%s: %s", d.title(), explainMiss(records, Selector{"dataset": d.Name, "stage": "statistics"}))
		}
	}
	return s.table(rows), nil
}

// count looks the numbers of a split up.
func (s StatisticsSpec) count(records []Record, d DatasetSpec, split SplitSpec, paper []PaperValue) (splitCounts, error) {
	row := splitCounts{dataset: d, split: split, of: quantities(d)}
	for _, q := range row.of {
		line := comparisonLine{labels: []string{d.title(), split.Title, q.name}, paper: math.NaN(), paperStd: math.NaN()}
		keys := Selector{"dataset": d.Name, "stage": "statistics", "split": split.Split, "metric": q.metric}
		line.origin = Origin{keys, Filter(records, keys)}
		ours, err := SummarizeSeeds(line.origin.Records)
		if err != nil {
			return row, err
		}
		line.ours = ours.times(q.scale)
		if d.Paper && q.paper != "" {
			printed := PaperKeys{Dataset: d.PaperName, Metric: split.Paper + "_" + q.paper}
			if line.paper, line.paperStd, err = findPaper(paper, printed.or(s.Paper)); err != nil {
				return row, err
			}
		}
		row.numbers = append(row.numbers, line)
	}
	return row, nil
}

// empty tells of a split without texts.
func (r splitCounts) empty() bool {
	return !slices.ContainsFunc(r.numbers, func(l comparisonLine) bool { return l.ours.N > 0 })
}
