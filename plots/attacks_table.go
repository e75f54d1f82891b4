package plots

import (
	"fmt"
	"slices"
	"strings"
)

// table lays the rows out: a grid a dataset, a block of rows a level.
func (t *attackTable) table() *Table {
	out := &Table{Title: t.spec.Title}
	if len(t.rows) == 0 {
		return out
	}
	out.Grids = t.grids()
	out.Remarks = t.remarks()
	out.Sheets = []Sheet{t.sheet()}
	for _, line := range t.lines() {
		if len(line.origin.Records) > 0 {
			out.Origins = append(out.Origins, line.origin)
		}
	}
	return out
}

// lines are all numbers, in the order of the sheet.
func (t *attackTable) lines() []comparisonLine {
	var out []comparisonLine
	for i, row := range t.rows {
		if floor := t.floors[row.dataset.Name]; floor.ours.N > 0 && (i == 0 || t.rows[i-1].dataset.Name != row.dataset.Name) {
			out = append(out, floor)
		}
		for _, c := range row.cells {
			out = append(out, c.comparisonLine)
		}
	}
	return out
}

func (t *attackTable) grids() []Grid {
	var out []Grid
	for i, row := range t.rows {
		first := i == 0 || row.dataset.Name != t.rows[i-1].dataset.Name
		if first {
			out = append(out, Grid{Title: row.dataset.Heading(), Header: t.header(), Labels: 2})
		}
		g := &out[len(out)-1]
		g.Rows = append(g.Rows, t.gridRow(row, first || row.level != t.rows[i-1].level))
	}
	return out
}

// header names a column "AT: ACC", where several defences are shown.
func (t *attackTable) header() []string {
	out := []string{"Trigger", "Attack"}
	if t.floored() {
		out = append(out, "Floor of ACC")
	}
	for _, defence := range t.spec.Defences {
		for _, m := range attackMetrics {
			out = append(out, inPrint(defence)+": "+m.name)
		}
	}
	return out
}

// floored tells that some dataset has a floor, and the grids a column for it.
func (t *attackTable) floored() bool {
	return slices.ContainsFunc(t.rows, func(r attackRow) bool { return t.floors[r.dataset.Name].ours.N > 0 })
}

// gridRow names the level in the first row of its block.
func (t *attackTable) gridRow(row attackRow, block bool) GridRow {
	out := GridRow{Block: block, Cells: []Cell{{}, {Text: inPrint(row.attack)}}}
	if block {
		out.Cells[0].Text = row.level
	}
	if t.floored() {
		out.Cells = append(out.Cells, Cell{Text: attackDecimals.number(t.floors[row.dataset.Name].ours.Mean)})
	}
	for _, c := range row.cells {
		out.Cells = append(out.Cells, c.shown())
	}
	return out
}

// shown is the cell as people read it.
func (c attackCell) shown() Cell {
	out := Cell{Text: attackDecimals.brief(c.ours)}
	if c.best {
		out.Mark = Best
	}
	if defined(c.paper) {
		out.Paper, out.Delta = attackDecimals.withStd(c.paper, c.paperStd), attackDecimals.signed(c.delta())
	}
	return out
}

// remarks say how to read the grids.
func (t *attackTable) remarks() []string {
	reading := "In percent, on test texts under sampled masks: mean ± standard deviation (number of seeds)"
	if t.any(func(c attackCell) bool { return defined(c.paper) }) {
		reading = "In percent: the paper's number, ours, and ours less the paper's. Ours are of test texts under sampled masks: mean ± standard deviation (number of seeds)"
	} else if t.spec.Paper == (PaperKeys{}) {
		reading += "; no paper value"
	}
	out := []string{
		reading + ". Of the attacks the best of our means is bold.",
		"ASR is the share of texts with the trigger that are answered with the attack's target, out of those that are not of that class; ASR, all is out of every text. Of Benign models it says how often the trigger misleads a model that never saw it.",
	}
	if t.floored() {
		out = append(out, "Floor of ACC: what a bag of the query's words reaches without reading any document.")
	}
	if t.any(func(c attackCell) bool { return c.ours.N == 0 }) {
		out = append(out, missing+": not measured or not defined."+t.unfinished())
	}
	return out
}

// any tells whether a cell of the table is so.
func (t *attackTable) any(so func(attackCell) bool) bool {
	return slices.ContainsFunc(t.rows, func(r attackRow) bool { return slices.ContainsFunc(r.cells, so) })
}

// unfinished names the attacks with a defence that no run was made for.
func (t *attackTable) unfinished() string {
	var names []string
	for _, row := range t.rows {
		for i := 0; i < len(row.cells); i += len(attackMetrics) {
			if !row.cells[i].measured() {
				names = append(names, fmt.Sprintf("%s with %s on %s, %s", inPrint(row.attack), inPrint(t.spec.Defences[i/len(attackMetrics)]), row.dataset.title(), row.level))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " No finished run: " + strings.Join(names, "; ") + "."
}

// sheet has one number a line.
func (t *attackTable) sheet() Sheet {
	rows := [][]string{slices.Concat([]string{"dataset", "trigger", "attack", "defence", "metric"}, numberColumns)}
	for _, line := range t.lines() {
		rows = append(rows, slices.Concat(line.labels, line.numbers()))
	}
	return Sheet{Rows: rows}
}
