package html

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"

	"rationale/plots"
)

// Paragraph is running text.
type Paragraph string

// Code is text to be copied as it is, such as a command line.
type Code string

// List is a list of short texts, such as the differences from the paper.
type List []string

// Definitions is a list of names and what stands behind them, such as settings.
type Definitions []Definition

// Definition is one entry of Definitions.
type Definition struct{ Term, Text string }

// Table is a table of text. Numbers are formatted by the caller.
type Table struct {
	Caption string // may be empty
	Header  []string
	Rows    [][]string
	Labels  int // leading columns that hold words; the others hold numbers
	// Anchors are names of the rows for [Link] to lead to; none, or one a row.
	Anchors []string
}

// Grid is a table of text and marked numbers, as tables of results have.
type Grid plots.Grid

// Filled are the blocks of a filled table: its grids, which its title stands
// above, and the remarks.
func Filled(t *plots.Table) []Block {
	var out []Block
	for i, g := range t.Grids {
		if i == 0 {
			g.Title = joined(t.Title, g.Title)
		}
		out = append(out, Grid(g))
	}
	for _, remark := range t.Remarks {
		out = append(out, Paragraph(remark))
	}
	return out
}

// joined is a caption of two parts, of which each may be empty.
func joined(title, part string) string {
	if title == "" || part == "" {
		return title + part
	}
	return title + " · " + part
}

// Figure is a picture, embedded in the page. Exactly one of SVG and PNG holds
// the bytes of a file.
type Figure struct {
	SVG, PNG []byte
	Alt      string // says what the picture shows, for those who cannot see it
	Caption  string // may be empty
}

// Highlight is a text with the choices of several methods side by side.
type Highlight plots.Highlight

// Graphs is a picture of graphs with the nodes that methods selected.
type Graphs plots.Graphs

// Examples are the blocks that show examples: texts one below the other, graphs
// together in one picture.
func Examples(list []plots.Highlight) []Block {
	var texts []Block
	var graphs Graphs
	for _, x := range list {
		if x.Edges == nil {
			texts = append(texts, Highlight(x))
		} else {
			graphs.Examples = append(graphs.Examples, x)
		}
	}
	if len(graphs.Examples) > 0 {
		return append(texts, graphs)
	}
	return texts
}

func (Paragraph) template() string   { return "paragraph" }
func (Code) template() string        { return "code" }
func (List) template() string        { return "list" }
func (Definitions) template() string { return "definitions" }
func (Table) template() string       { return "table" }
func (Grid) template() string        { return "table" }
func (Figure) template() string      { return "figure" }
func (Highlight) template() string   { return "highlight" }
func (Graphs) template() string      { return "figure" }

func (p Paragraph) view() (any, error)   { return string(p), nil }
func (c Code) view() (any, error)        { return string(c), nil }
func (l List) view() (any, error)        { return []string(l), nil }
func (d Definitions) view() (any, error) { return []Definition(d), nil }
func (h Highlight) view() (any, error)   { return plots.Highlight(h).HTML() }

func (g Graphs) view() (any, error) {
	figure := plots.Graphs(g)
	svg, err := plots.Render(&figure, plots.SVG)
	if err != nil {
		return nil, err
	}
	return Figure{SVG: svg, Alt: figure.Text()}.view()
}

// cell is one cell of a table; Kind is its class.
type cell struct {
	plots.Cell
	Kind string
}

// row is one row of a table; Block tells that a rule stands above it.
type row struct {
	Cells  []cell
	Block  bool
	Anchor string // empty without one
}

// tableView is what the template of a table shows.
type tableView struct {
	Caption string
	Header  row
	Rows    []row
}

func (t Table) view() (any, error) {
	g := plots.Grid{Title: t.Caption, Header: t.Header, Labels: t.Labels}
	for _, texts := range t.Rows {
		g.Rows = append(g.Rows, plots.PlainRow(texts...))
	}
	view, err := Grid(g).table()
	if err != nil {
		return nil, err
	}
	if len(t.Anchors) > 0 && len(t.Anchors) != len(t.Rows) {
		return nil, fmt.Errorf("table %q: %d anchors for %d rows", t.Caption, len(t.Anchors), len(t.Rows))
	}
	for i, name := range t.Anchors {
		view.Rows[i].Anchor = name
	}
	return view, nil
}

func (g Grid) view() (any, error) { return g.table() }

func (g Grid) table() (tableView, error) {
	view := tableView{Caption: g.Title, Header: g.row(plots.PlainRow(g.Header...))}
	for i, r := range g.Rows {
		if len(r.Cells) != len(g.Header) {
			return view, fmt.Errorf("table %q: row %d has %d cells, the header %d", g.Title, i+1, len(r.Cells), len(g.Header))
		}
		view.Rows = append(view.Rows, g.row(r))
	}
	return view, nil
}

func (g Grid) row(r plots.GridRow) row {
	out := row{Block: r.Block}
	for j, c := range r.Cells {
		kind := "number"
		if j < g.Labels {
			kind = "label"
		}
		out.Cells = append(out.Cells, cell{c, kind})
	}
	return out
}

func (f Figure) view() (any, error) {
	if (len(f.SVG) == 0) == (len(f.PNG) == 0) {
		return nil, fmt.Errorf("figure %q: give either SVG or PNG", f.Caption)
	}
	if f.Alt == "" {
		return nil, errors.New("figure without a description for those who cannot see it: set Alt")
	}
	// As an image source a file cannot run scripts or load anything, whatever
	// it holds.
	source := "data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG)
	if len(f.SVG) > 0 {
		source = "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(f.SVG)
	}
	return struct {
		Source       template.URL
		Alt, Caption string
	}{template.URL(source), f.Alt, f.Caption}, nil
}
