package report

import (
	"fmt"

	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/evaluate"
)

// examples shows the first test examples of each dataset with what each method
// selects, side by side. They are the first ones, not chosen ones.
func (m Material) examples() html.Section {
	s := html.Section{Title: "Rationales"}
	for _, dataset := range m.datasets() {
		runs := m.selecting(dataset)
		if len(runs) == 0 {
			continue
		}
		shown := m.highlights(runs)
		what := "texts"
		if shown[0].Edges != nil {
			what = "graphs"
		}
		s.Blocks = append(s.Blocks, html.Paragraph(fmt.Sprintf("The first test %s of %s, arg-max masks, seed %s.", what, dataset, runs[0].Labels[plots.SeedKey])))
		s.Blocks = append(s.Blocks, html.Examples(shown)...)
	}
	return s
}

// Drawing is a picture of a dataset's first test graphs, as the page shows them.
type Drawing struct {
	Name string // of its files
	plots.Graphs
}

// Drawings are the pictures of all datasets of graphs.
func (m Material) Drawings() []Drawing {
	var out []Drawing
	for _, dataset := range m.datasets() {
		if runs := m.selecting(dataset); len(runs) > 0 && runs[0].Examples[0].Edges != nil {
			out = append(out, Drawing{"rationales-" + dataset, plots.Graphs{Title: dataset, Examples: m.highlights(runs)}})
		}
	}
	return out
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

// highlights shows the first examples with what each run selects.
func (m Material) highlights(runs []Run) []plots.Highlight {
	out := make([]plots.Highlight, min(examplesPerDataset, len(runs[0].Examples)))
	for i := range out {
		out[i] = m.highlight(runs, i)
	}
	return out
}

func (m Material) highlight(runs []Run, i int) plots.Highlight {
	first := runs[0].Examples[i]
	h := first.Highlight(fmt.Sprintf("%s · label %s", first.ID, first.Class))
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
