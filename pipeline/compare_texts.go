package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/evaluate"
)

// pair is a test text with what both runs say of it.
type pair struct {
	ID     string   `json:"id"`
	Query  []string `json:"query,omitempty"`
	Tokens []string `json:"tokens"`
	Spaces []bool   `json:"spaces,omitempty"`
	Gold   []bool   `json:"gold,omitempty"`
	Unread int      `json:"unread,omitempty"` // tokens at the end that neither model reads
	Edges  [][2]int `json:"edges,omitzero"`   // of a graph
	Class  string   `json:"class"`
	First  said     `json:"first"`
	Second said     `json:"second"`
	// Differ is how many words one run selects and the other does not.
	Differ int `json:"differ"`
}

// said is what one run says of a text. A classifier selects nothing.
type said struct {
	Method    string `json:"method"`
	Predicted string `json:"predicted"`
	Selected  []bool `json:"selected,omitempty"`
}

// pairs are the test texts that both evaluations keep, those first where the
// selections differ most.
func pairs(first, second *trainedRun) ([]pair, error) {
	a, err := first.examples()
	if err != nil {
		return nil, err
	}
	b, err := second.examples()
	if err != nil {
		return nil, err
	}
	theirs := map[string]evaluate.Example{}
	for _, y := range b {
		theirs[y.ID] = y
	}
	list := []pair{}
	for _, x := range a {
		if y, ok := theirs[x.ID]; ok && slices.Equal(x.Tokens, y.Tokens) && slices.Equal(x.Query, y.Query) && slices.Equal(x.Edges, y.Edges) {
			list = append(list, newPair(x, y, first.Graphs.Method, second.Graphs.Method))
		}
	}
	slices.SortStableFunc(list, func(x, y pair) int { return cmp.Compare(y.Differ, x.Differ) })
	return list, nil
}

// examples are the test texts that the run's evaluation keeps.
func (r *trainedRun) examples() ([]evaluate.Example, error) {
	dir, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, err
	}
	return evaluate.ReadExamples(dir)
}

func newPair(x, y evaluate.Example, first, second string) pair {
	p := pair{
		ID: x.ID, Query: x.Query, Tokens: x.Tokens, Spaces: x.Spaces, Gold: x.Gold, Unread: min(x.Unread, y.Unread), Edges: x.Edges, Class: x.Class,
		First: said{first, x.Predicted, x.Selected}, Second: said{second, y.Predicted, y.Selected},
	}
	a, b := p.First.chosen(p), p.Second.chosen(p)
	for i := range p.Tokens {
		if a[i] != b[i] {
			p.Differ++
		}
	}
	return p
}

// chosen are the words that the run selects, none for a classifier.
func (s said) chosen(p pair) []bool {
	if s.Selected == nil {
		return make([]bool, len(p.Tokens))
	}
	return s.Selected
}

// highlight shows the text twice, with the words of each run.
func (p pair) highlight() plots.Highlight {
	h := plots.Highlight{
		Title: fmt.Sprintf("%s: %s (selections differ by %d)", p.ID, p.Class, p.Differ), Query: strings.Join(p.Query, " "),
		Tokens: p.Tokens, Spaces: p.Spaces, Gold: p.Gold, Unread: p.Unread, Edges: p.Edges,
	}
	for i, s := range []said{p.First, p.Second} {
		name := [2]string{"first", "second"}[i]
		h.Rationales = append(h.Rationales, plots.Rationale{Name: name, Note: s.Method + " says " + s.Predicted, Chosen: s.chosen(p)})
	}
	return h
}

// printTexts shows the texts on a terminal.
func (c *comparison) printTexts(a *app) error {
	if c.Common == 0 {
		a.printf("\nNo test example is known of both.\n")
		return nil
	}
	for _, p := range c.Texts {
		a.printf("\n")
		if err := p.highlight().WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// page shows the comparison in a browser.
func (c *comparison) page() html.Page {
	var texts []plots.Highlight
	for _, p := range c.Texts {
		texts = append(texts, p.highlight())
	}
	return html.Page{
		Title: "Two runs side by side", Subtitle: "first: " + c.First + " (" + c.FirstID + "); second: " + c.Second + " (" + c.SecondID + ")",
		Sections: []html.Section{
			{Title: "Settings that differ", Blocks: []html.Block{table("", c.settingsTable(), 1)}},
			{Title: "Measured on the test split", Blocks: []html.Block{table("", c.testTable(), 2)}},
			{Title: "On development texts, by epoch", Blocks: []html.Block{table("", c.devTable(), 1)}},
			{Title: "Test examples", Blocks: html.Examples(texts)},
		},
	}
}
