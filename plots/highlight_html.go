package plots

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed highlight.html.tmpl
var highlightFile embed.FS

var highlightTemplate = template.Must(template.ParseFS(highlightFile, "highlight.html.tmpl"))

// HighlightCSS styles the fragments of HTML. Without it they still read well:
// browsers give <mark> a ground and underline <u> on their own.
const HighlightCSS = `.rationales { display: grid; grid-template-columns: repeat(auto-fit, minmax(17em, 1fr)); gap: 0.8em 1.6em; margin: 0.6em 0; }
.rationale p.rationale-name { margin: 0 0 0.2em; line-height: 1.4; }
.rationale-name small { font-weight: normal; color: #555; }
.rationale p { margin: 0; line-height: 1.75; overflow-wrap: anywhere; }
mark.chosen { background: #a9d8f5; color: inherit; font-weight: 600; padding: 0.1em 0; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
u.gold { text-decoration: underline; text-decoration-thickness: 0.14em; text-decoration-color: #b04500; text-underline-offset: 0.2em; }
.rationale p.unread { color: #8a8a8a; }
.highlight-query { margin: 0.2em 0; }
.highlight-title { font-weight: 600; margin: 1.2em 0 0.2em; }
.highlight-legend { font-size: 0.85em; color: #444; margin: 0.3em 0 0; }
`

// highlightView is what the template shows.
type highlightView struct {
	Title, Query       string
	Columns            []columnView
	HasChosen, HasGold bool
}

type columnView struct {
	Name, Note string
	Spans      []spanView
	UnreadNote string
	Unread     []spanView
}

type spanView struct {
	Space, Text  string
	Chosen, Gold bool
}

// HTML is the text once for each method, side by side: chosen words on a
// coloured ground, gold words underlined, and a legend. All text is escaped.
func (h Highlight) HTML() (template.HTML, error) {
	if err := h.check(); err != nil {
		return "", err
	}
	view := highlightView{Title: visibleLabel(h.Title), Query: visibleLabel(h.Query), HasChosen: len(h.Rationales) > 0, HasGold: h.Gold != nil}
	if !view.HasChosen {
		view.Columns = []columnView{h.column(Rationale{})}
	}
	for _, r := range h.Rationales {
		view.Columns = append(view.Columns, h.column(r))
	}
	var out strings.Builder
	if err := highlightTemplate.Execute(&out, view); err != nil {
		return "", fmt.Errorf("writing highlighted text: %w", err)
	}
	return template.HTML(out.String()), nil
}

// column prepares the text with the choice of one method.
func (h Highlight) column(r Rationale) columnView {
	return columnView{
		Name: visibleLabel(r.Name), Note: visibleLabel(r.Note), Spans: h.views(r.Chosen, 0, h.read()),
		UnreadNote: h.unreadNote(), Unread: h.views(nil, h.read(), len(h.Tokens)),
	}
}

// views are the tokens from first up to but not including end.
func (h Highlight) views(chosen []bool, first, end int) []spanView {
	var views []spanView
	for _, s := range h.spans(chosen, h.spaced(), first, end) {
		v := spanView{Text: s.text, Chosen: s.chosen, Gold: s.gold}
		if s.spaced {
			v.Space = " "
		}
		views = append(views, v)
	}
	return views
}
