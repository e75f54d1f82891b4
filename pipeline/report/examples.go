package report

import (
	"fmt"
	"strings"

	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/evaluate"
)

// examples shows the first test texts of each dataset with what each method
// selects, side by side. They are the first ones, not chosen ones.
func (m Material) examples() html.Section {
	s := html.Section{Title: "Rationales"}
	for _, dataset := range m.datasets() {
		runs := m.selecting(dataset)
		if len(runs) == 0 {
			continue
		}
		s.Blocks = append(s.Blocks, html.Paragraph(fmt.Sprintf("The first test texts of %s, arg-max masks, seed %s.", dataset, runs[0].Labels[plots.SeedKey])))
		for i := range min(examplesPerDataset, len(runs[0].Examples)) {
			s.Blocks = append(s.Blocks, html.Highlight(m.highlight(runs, i)))
		}
	}
	return s
}

func (m Material) datasets() []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range m.Runs {
		if name := r.dataset(); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// selecting lists one run of each kind that selects words: that with the first
// seed.
func (m Material) selecting(dataset string) []Run {
	var out []Run
	seen := map[string]bool{}
	for _, r := range m.Runs {
		kind := m.kind(r)
		if r.dataset() != dataset || seen[kind] || len(r.Examples) == 0 || r.Examples[0].Selected == nil {
			continue
		}
		seen[kind] = true
		out = append(out, r)
	}
	return out
}

func (m Material) highlight(runs []Run, i int) plots.Highlight {
	first := runs[0].Examples[i]
	h := plots.Highlight{
		Title: fmt.Sprintf("%s · label %s", first.ID, first.Class), Query: strings.Join(first.Query, " "),
		Tokens: first.Tokens, Spaces: first.Spaces, Gold: first.Gold, Unread: first.Unread,
	}
	for _, r := range runs {
		h.Rationales = append(h.Rationales, choice(m.kind(r), r.Examples[i]))
	}
	return h
}

func choice(name string, e evaluate.Example) plots.Rationale {
	note := "predicts " + e.Predicted
	if empty := e.Empty(); empty != "" {
		note += "; " + empty
	}
	return plots.Rationale{Name: name, Note: note, Chosen: e.Selected}
}
