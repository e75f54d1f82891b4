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
	"unicode"

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

// Block is a piece of content: Paragraph, Code, List, Links, Definitions, Table,
// Grid, Figure, Highlight or Graphs.
type Block interface {
	// template is the name of the template that shows the block.
	template() string
	// view checks the block and returns what its template shows.
	view() (any, error)
}

//go:embed page.html.tmpl page.css
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.html.tmpl"))

// pageView is what the template of a page shows.
type pageView struct {
	Title, Subtitle string
	CSS             template.CSS
	Sections        []sectionView
}

type sectionView struct {
	Title  string
	Blocks []template.HTML
}

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	text, err := p.render()
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil {
		return fmt.Errorf("page %q: %w", p.Title, err)
	}
	return nil
}

func (p Page) render() (string, error) {
	css, err := files.ReadFile("page.css")
	if err != nil {
		return "", err
	}
	view := pageView{Title: p.Title, Subtitle: p.Subtitle, CSS: template.CSS(string(css) + plots.HighlightCSS)}
	for _, s := range p.Sections {
		section := sectionView{Title: s.Title}
		for _, b := range s.Blocks {
			rendered, err := renderBlock(b)
			if err != nil {
				return "", fmt.Errorf("section %q: %w", s.Title, err)
			}
			section.Blocks = append(section.Blocks, rendered)
		}
		view.Sections = append(view.Sections, section)
	}
	var out strings.Builder
	if err := pageTemplate.ExecuteTemplate(&out, "page", view); err != nil {
		return "", err
	}
	return strings.Map(legal, out.String()), nil
}

func renderBlock(b Block) (template.HTML, error) {
	view, err := b.view()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := pageTemplate.ExecuteTemplate(&out, b.template(), view); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}

// legal replaces the control characters that HTML forbids.
func legal(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' {
		return unicode.ReplacementChar
	}
	return r
}
