package plots

import "slices"

// table lays the rows out: a grid for each list of classes, a block of rows a dataset.
func (s StatisticsSpec) table(rows []splitCounts) *Table {
	t := &Table{Title: s.Title, Remarks: []string{
		"Lengths are those of texts cut at 256 words. Marked words are the share of all words of annotated texts, after cutting.",
	}}
	sheet := Sheet{Rows: [][]string{{"dataset", "split", "quantity", "paper", "ours", "delta"}}}
	for _, row := range rows {
		t.addRow(row)
		for _, l := range row.numbers {
			if l.ours.N > 0 || defined(l.paper) {
				sheet.Rows = append(sheet.Rows, joined(l.labels, formatNumber(l.paper), formatNumber(l.ours.Mean), formatNumber(l.delta())))
			}
			if l.ours.N > 0 {
				t.Origins = append(t.Origins, l.origin)
			}
		}
	}
	t.Sheets = []Sheet{sheet}
	if slices.ContainsFunc(rows, func(r splitCounts) bool { return r.dataset.Paper }) {
		t.Remarks = append(t.Remarks, "Where there are three numbers they are the paper's, ours, and ours less the paper's.")
	}
	return t
}

// addRow puts a row into the grid for its classes.
func (t *Table) addRow(r splitCounts) {
	header := r.header()
	i := slices.IndexFunc(t.Grids, func(g Grid) bool { return slices.Equal(g.Header, header) })
	if i < 0 {
		i = len(t.Grids)
		t.Grids = append(t.Grids, Grid{Header: header, Labels: len(header) - len(r.of)})
	}
	g := &t.Grids[i]
	row := PlainRow(r.dataset.title(), r.split.Title)
	row.Block = len(g.Rows) == 0 || !slices.ContainsFunc(g.Rows, func(known GridRow) bool { return known.Cells[0].Text == r.dataset.title() })
	for j, l := range r.numbers {
		row.Cells = append(row.Cells, r.of[j].cell(l))
	}
	g.Rows = append(g.Rows, row)
}

func (r splitCounts) header() []string {
	header := []string{"Dataset", "Split"}
	for _, q := range r.of {
		header = append(header, q.name)
	}
	return header
}

// cell is a number as people read it.
func (q quantity) cell(l comparisonLine) Cell {
	out := Cell{Text: q.decimals.number(l.ours.Mean)}
	if defined(l.paper) {
		out.Paper, out.Delta = q.decimals.withStd(l.paper, l.paperStd), q.decimals.signed(l.delta())
	}
	return out
}
