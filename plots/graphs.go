package plots

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Graphs is a figure of graphs with the nodes that models selected: filled, with the
// edges between them drawn bold, and gold nodes ringed. Where several models selected
// in one graph, its pictures stand side by side, with the nodes in the same places.
type Graphs struct {
	Title    string
	Examples []Highlight // with edges
}

// isGraph tells that the example is a graph: its tokens are the names of nodes.
func (h Highlight) isGraph() bool { return h.Edges != nil }

// check reports the first example that cannot be drawn.
func (g *Graphs) check() error {
	if len(g.Examples) == 0 {
		return errors.New("no graph to draw")
	}
	for _, h := range g.Examples {
		if !h.isGraph() || len(h.Tokens) == 0 {
			return fmt.Errorf("%q is no graph with nodes and edges", h.Title)
		}
		if err := h.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkEdges wants edges between the nodes that there are.
func (h Highlight) checkEdges() error {
	for _, e := range h.Edges {
		if low, high := min(e[0], e[1]), max(e[0], e[1]); low < 0 || high >= len(h.Tokens) {
			return fmt.Errorf("graph %q has %d nodes, and an edge of nodes %d and %d", h.Title, len(h.Tokens), e[0], e[1])
		}
	}
	return nil
}

// graphPanel is a picture of one graph with one selection.
type graphPanel struct {
	Highlight
	heading string
	notes   []string // below the picture, a line each
	chosen  []bool   // nil of a model that selects nothing
	at      []spot
}

// picked tells that the model selected a node.
func (p graphPanel) picked(node int) bool { return p.chosen != nil && p.chosen[node] }

// gold tells that a node is part of the gold rationale.
func (p graphPanel) gold(node int) bool { return p.Gold != nil && p.Gold[node] }

// How many pictures stand in a row: graphs, or selections of one graph.
const graphsAcross = 4

// rows are the pictures as they stand. A graph with several selections begins a row of
// its own; the others follow each other.
func (g *Graphs) rows() [][]graphPanel {
	var rows [][]graphPanel
	var single []graphPanel
	for _, h := range g.Examples {
		panels := h.panels()
		if len(panels) == 1 {
			single = append(single, panels[0])
			continue
		}
		rows = slices.AppendSeq(rows, slices.Chunk(panels, graphsAcross))
	}
	return slices.AppendSeq(rows, slices.Chunk(single, graphsAcross))
}

// panels are the pictures of one graph.
func (h Highlight) panels() []graphPanel {
	first := graphPanel{Highlight: h, heading: h.Title, at: place(len(h.Tokens), h.Edges)}
	if len(h.Rationales) == 0 {
		return []graphPanel{first}
	}
	var out []graphPanel
	for i, r := range h.Rationales {
		p := first
		if i > 0 {
			p.heading = ""
		}
		p.chosen = r.Chosen
		p.notes = []string{strings.TrimSpace(r.Name + " " + r.Note), h.agreement(r.Chosen)}
		out = append(out, p)
	}
	return out
}

// agreement is how much of a selection is gold, and how much of gold is selected.
func (h Highlight) agreement(chosen []bool) string {
	both, selected, gold := 0, 0, 0
	for v, c := range chosen {
		both += one(c && h.Gold != nil && h.Gold[v])
		selected += one(c)
		gold += one(h.Gold != nil && h.Gold[v])
	}
	if gold == 0 {
		return fmt.Sprintf("%d of %d nodes", selected, len(chosen))
	}
	return fmt.Sprintf("P %s, R %s", percentOfAll(both, selected), percentOfAll(both, gold))
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// percentOfAll is a dash for a share of nothing.
func percentOfAll(part, whole int) string {
	if whole == 0 {
		return missing
	}
	return decimals(0).number(100*float64(part)/float64(whole)) + " %"
}

// Text says what the figure shows to those who cannot see it.
func (g *Graphs) Text() string {
	var parts []string
	for _, h := range g.Examples {
		said := visibleLabel(h.Title)
		for _, r := range h.Rationales {
			said += fmt.Sprintf("; %s selects %s", r.label(), h.named(r.Chosen))
		}
		if h.Gold != nil {
			said += "; gold is " + h.named(h.Gold)
		}
		parts = append(parts, said+".")
	}
	return strings.Join(parts, " ")
}

// named lists the marked nodes.
func (h Highlight) named(marks []bool) string {
	var names []string
	for v, marked := range marks {
		if marked {
			names = append(names, visible(h.Tokens[v]))
		}
	}
	if len(names) == 0 {
		return "no node"
	}
	return "nodes " + strings.Join(names, " ")
}
