package plots

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// table lays the rows out: a grid a dataset, a block of rows a target.
func (m *methodTable) table() *Table {
	t := &Table{Title: m.spec.Title}
	if len(m.rows) == 0 {
		return t
	}
	t.Grids = m.grids()
	t.Remarks = m.remarks()
	t.Sheets = []Sheet{m.sheet()}
	for _, row := range m.rows {
		for _, c := range row.cells {
			if len(c.origin.Records) > 0 {
				t.Origins = append(t.Origins, c.origin)
			}
		}
	}
	if gains := m.gains(); len(gains) > 0 {
		signs := signTests(gains)
		t.Grids = append(t.Grids, gainGrid(gains, m.targeted()))
		t.Remarks = slices.Concat(t.Remarks, gainRemarks(signs))
		t.Sheets = append(t.Sheets, gainSheet(gains, signs))
	}
	return t
}

// targeted tells that some row has a target, and the grids a column for it.
func (m *methodTable) targeted() bool {
	return slices.ContainsFunc(m.rows, func(r methodRow) bool { return r.target != "" })
}

func (m *methodTable) grids() []Grid {
	var out []Grid
	for i, row := range m.rows {
		if i == 0 || row.dataset.Name != m.rows[i-1].dataset.Name {
			out = append(out, Grid{Title: row.dataset.title(), Header: m.header(), Labels: len(m.header()) - len(m.columns)})
		}
		g := &out[len(out)-1]
		block := len(g.Rows) == 0 || row.target != m.rows[i-1].target
		g.Rows = append(g.Rows, m.gridRow(row, block))
	}
	return out
}

func (m *methodTable) header() []string {
	header := []string{"Method"}
	if m.targeted() {
		header = []string{"S ≈", "Method"}
	}
	for _, c := range m.columns {
		header = append(header, c.name)
	}
	return header
}

// gridRow names the target in the first row of its block.
func (m *methodTable) gridRow(row methodRow, block bool) GridRow {
	out := GridRow{Block: block}
	if m.targeted() {
		target := Cell{}
		if block {
			target.Text = percentOf(row.target)
		}
		out.Cells = append(out.Cells, target)
	}
	out.Cells = append(out.Cells, Cell{Text: strings.TrimSpace(row.method + " " + row.signs())})
	for _, c := range row.cells {
		out.Cells = append(out.Cells, c.shown(len(m.spec.Methods)))
	}
	return out
}

// shown is the cell as people read it.
func (c methodCell) shown(methods int) Cell {
	out := Cell{Text: methodDecimals.brief(c.ours), Mark: c.mark(methods)}
	if defined(c.paper) {
		out.Paper, out.Delta = methodDecimals.withStd(c.paper, c.paperStd), methodDecimals.signed(c.delta())
	}
	return out
}

// remarks say how to read the grids, and what is amiss.
func (m *methodTable) remarks() []string {
	reading := "In percent, on test texts at the epoch with the best development accuracy: mean ± standard deviation (number of seeds)"
	if m.any(func(c methodCell) bool { return defined(c.paper) }) {
		reading = "In percent: the paper's number, ours, and ours less the paper's. Ours are of test texts at the epoch with the best development accuracy: mean ± standard deviation (number of seeds)"
	}
	out := []string{reading + ". The best of our means is bold, the second best underlined."}
	out = append(out, m.spec.Notes...)
	if m.spec.PerText {
		out = append(out, "Per text: P, R and F1 of each text, averaged over all; the others are of all words together.")
	}
	out = append(out, m.noteRemarks()...)
	out = append(out, faultRemarks(m.rows)...)
	if hasOracle(m.records) {
		out = append(out, "F1, oracle: of each run the epoch with the best F1 on the test texts themselves. It is no result: nobody can choose so without the annotations. Its masks are another draw than those of F1.")
	}
	out = append(out, chanceRemarks(m.datasets())...)
	if m.any(func(c methodCell) bool { return c.ours.N == 0 }) {
		out = append(out, missing+": not measured or not defined."+m.unfinished())
	}
	return out
}

// noteRemarks tell what is to be known about the paper's numbers.
func (m *methodTable) noteRemarks() []string {
	methods := map[string][]string{} // by note
	for _, row := range m.rows {
		keys := PaperKeys{Method: row.method}.or(m.paperKeys(row.dataset))
		for _, v := range m.paper {
			noted := row.dataset.Paper && defined(v.Value) && v.Note != "" && keys.matches(v.PaperKeys)
			if noted && !slices.Contains(methods[v.Note], row.method) {
				methods[v.Note] = append(methods[v.Note], row.method)
			}
		}
	}
	var out []string
	for _, note := range slices.Sorted(maps.Keys(methods)) {
		out = append(out, fmt.Sprintf("The paper's numbers of %s: %s.", strings.Join(methods[note], ", "), note))
	}
	return out
}

// datasets are those of the rows.
func (m *methodTable) datasets() []DatasetSpec {
	var out []DatasetSpec
	for _, row := range m.rows {
		if !slices.ContainsFunc(out, func(d DatasetSpec) bool { return d.Name == row.dataset.Name }) {
			out = append(out, row.dataset)
		}
	}
	return out
}

// any tells whether a cell of the table is so.
func (m *methodTable) any(so func(methodCell) bool) bool {
	return slices.ContainsFunc(m.rows, func(r methodRow) bool { return slices.ContainsFunc(r.cells, so) })
}

// unfinished names the rows without a finished run.
func (m *methodTable) unfinished() string {
	var names []string
	for _, row := range m.rows {
		if slices.Contains(m.spec.Quoted, row.method) {
			continue
		}
		if !slices.ContainsFunc(row.cells, func(c methodCell) bool { return len(c.origin.Records) > 0 }) {
			names = append(names, row.String())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" No finished run: %s.", strings.Join(names, "; "))
}

// sheet has one number a line, with the faults of its row.
func (m *methodTable) sheet() Sheet {
	rows := [][]string{slices.Concat([]string{"dataset", "target", "method", "metric"}, numberColumns, []string{"rank", "flags"})}
	for _, row := range m.rows {
		for _, c := range row.cells {
			rows = append(rows, slices.Concat(c.labels, c.numbers(), []string{c.rankText(), row.faultText()}))
		}
	}
	return Sheet{Rows: rows}
}
