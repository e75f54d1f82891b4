package plots

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// comparison is our numbers beside a paper's, one a line.
type comparison struct {
	title    string
	labels   []string // headings of the label columns; the last is the metric
	decimals decimals // of the numbers as printed
	lines    []comparisonLine
	remarks  []string
}

// comparisonLine is one number: what it is, what the paper says, what we measured.
type comparisonLine struct {
	labels   []string
	paper    float64 // NaN when the paper has none
	paperStd float64 // NaN when the paper has none
	ours     Summary // in the paper's unit; N is 0 when we have none
	origin   Origin  // of ours
}

// delta is ours minus the paper's, NaN when either is missing.
func (l comparisonLine) delta() float64 { return l.ours.Mean - l.paper }

// table shows each line as a row with three columns of numbers.
func (c *comparison) table() *Table {
	t := &Table{Title: c.title, Remarks: c.remarks}
	if len(c.lines) == 0 {
		return t
	}
	t.Grids = []Grid{c.grid()}
	t.Sheets = []Sheet{c.sheet()}
	for _, l := range c.lines {
		t.Origins = append(t.Origins, l.origin)
	}
	return t
}

func (c *comparison) grid() Grid {
	g := Grid{Header: joined(c.labels, "Paper", "Ours (mean ± std)", "Δ"), Labels: len(c.labels)}
	d := c.decimals
	for i, l := range c.lines {
		row := PlainRow(joined(l.labels, d.withStd(l.paper, l.paperStd), d.summary(l.ours), d.signed(l.delta()))...)
		row.Block = i > 0 && len(c.labels) > 1 && l.labels[0] != c.lines[i-1].labels[0]
		g.Rows = append(g.Rows, row)
	}
	return g
}

// numberColumns are the columns of numbers of a sheet of comparisons.
var numberColumns = []string{"paper", "paper_std", "ours_mean", "ours_std", "seeds", "delta"}

// numbers are the cells of numberColumns. Missing ones are empty.
func (l comparisonLine) numbers() []string {
	return []string{
		formatNumber(l.paper), formatNumber(l.paperStd), formatNumber(l.ours.Mean), formatNumber(l.ours.Std),
		strconv.Itoa(l.ours.N), formatNumber(l.delta()),
	}
}

func (c *comparison) sheet() Sheet {
	var header []string
	for _, label := range c.labels {
		header = append(header, strings.ToLower(strings.ReplaceAll(label, " ", "_")))
	}
	rows := [][]string{joined(header, numberColumns...)}
	for _, l := range c.lines {
		rows = append(rows, joined(l.labels, l.numbers()...))
	}
	return Sheet{Rows: rows}
}

// WriteCSV writes the sheet.
func (s Sheet) WriteCSV(w io.Writer) error {
	return wrapWrite(csv.NewWriter(w).WriteAll(s.Rows))
}
