// Package html builds self-contained HTML pages: one file without scripts and
// without anything to load, readable on a screen and in print. Figures are
// embedded, all text is escaped, and the same page gives the same bytes.
package html

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"rationale/plots"
)

// Page is a document of titled sections.
type Page struct {
	Title    string
	Subtitle string // may be empty
	Sections []Section
}

// Section is one part of a page. Its blocks stand below each other.
type Section struct {
	Title  string
	Blocks []Block
}

// Block is a piece of content: Paragraph, Code, List, Definitions, Table,
// Figure or Highlight.
type Block interface {
	// template is the name of the template that shows the block.
	template() string
	// view checks the block and returns what its template shows.
	view() (any, error)
}

//go:embed page.html.tmpl page.css
var files embed.FS

// pageTemplate is parsed once; "show" lets the page contain any kind of block.
var pageTemplate = template.Must(template.New("page").
	Funcs(template.FuncMap{"show": func(Block) (template.HTML, error) { return "", nil }}).
	ParseFS(files, "page.html.tmpl"))

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	css, err := files.ReadFile("page.css")
	if err != nil {
		return err
	}
	t, err := pageTemplate.Clone()
	if err != nil {
		return err
	}
	t.Funcs(template.FuncMap{"show": func(b Block) (template.HTML, error) { return renderBlock(t, b) }})
	var out strings.Builder
	err = t.ExecuteTemplate(&out, "page", struct {
		Page
		CSS template.CSS
	}{p, template.CSS(string(css) + plots.HighlightCSS)})
	if err != nil {
		return fmt.Errorf("page %q: %w", p.Title, err)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("page %q: %w", p.Title, err)
	}
	return nil
}

func renderBlock(t *template.Template, b Block) (template.HTML, error) {
	view, err := b.view()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, b.template(), view); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}
