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
}

// Comparison is the table of measured and printed numbers as a block.
func Comparison(t *plots.Table) Table {
	return Table{Caption: t.Title, Header: t.Header(), Rows: t.Rows(), Labels: len(t.Labels)}
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

func (Paragraph) template() string   { return "paragraph" }
func (Code) template() string        { return "code" }
func (List) template() string        { return "list" }
func (Definitions) template() string { return "definitions" }
func (Table) template() string       { return "table" }
func (Figure) template() string      { return "figure" }
func (Highlight) template() string   { return "highlight" }

func (p Paragraph) view() (any, error)   { return string(p), nil }
func (c Code) view() (any, error)        { return string(c), nil }
func (l List) view() (any, error)        { return []string(l), nil }
func (d Definitions) view() (any, error) { return []Definition(d), nil }
func (h Highlight) view() (any, error)   { return plots.Highlight(h).HTML() }

// cell is one cell of a table; Kind is its class.
type cell struct{ Text, Kind string }

// kind is the class of the cells in column j.
func (t Table) kind(j int) string {
	if j < t.Labels {
		return "label"
	}
	return "number"
}

func (t Table) cells(row []string) []cell {
	cells := make([]cell, len(row))
	for j, text := range row {
		cells[j] = cell{text, t.kind(j)}
	}
	return cells
}

func (t Table) view() (any, error) {
	view := struct {
		Caption string
		Header  []cell
		Rows    [][]cell
	}{Caption: t.Caption, Header: t.cells(t.Header)}
	for i, row := range t.Rows {
		if len(row) != len(t.Header) {
			return nil, fmt.Errorf("table %q: row %d has %d cells, the header %d", t.Caption, i+1, len(row), len(t.Header))
		}
		view.Rows = append(view.Rows, t.cells(row))
	}
	return view, nil
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
