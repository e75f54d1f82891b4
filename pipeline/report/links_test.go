package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/plots"
	"rationale/plots/html"
)

// TestLinksToRuns: all seeds of a kind are one item, known by their training or by
// their evaluation.
func TestLinksToRuns(t *testing.T) {
	m := material("d")
	records := plots.Filter(m.Records, plots.Selector{"method": "RNP+A2I", "stage": "evaluate"})
	records = append(records, plots.Filter(m.Records, plots.Selector{"method": "RNP", "seed": "2", "stage": "train"})...)
	want := []html.Block{html.Links{Summary: "Runs", Items: []html.LinkItem{
		{Text: "RNP on d", Links: []html.Link{{Text: "seed 2", Anchor: "RNP2"}}},
		{Text: "RNP+A2I on d", Links: []html.Link{{Text: "seed 1", Anchor: "RNP+A2I1"}, {Text: "seed 2", Anchor: "RNP+A2I2"}}},
	}}}
	if diff := cmp.Diff(want, m.links("Runs", records)); diff != "" {
		t.Error(diff)
	}
	if got := m.links("Runs", nil); got != nil {
		t.Errorf("links without records: %v", got)
	}
}

// TestLinksLeadSomewhere: every link of the page has a row to lead to.
func TestLinksLeadSomewhere(t *testing.T) {
	m := material("d")
	m.Experiments[0].Tables[0].Origins = []plots.Origin{{Records: m.Records}}
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	page, links := out.String(), 0
	for _, r := range m.Runs {
		anchor := strings.ReplaceAll(r.ID, "+", "&#43;")
		if !strings.Contains(page, `id="`+anchor+`"`) {
			t.Errorf("no row %s", r.ID)
		}
		links += strings.Count(page, `href="#`+strings.ReplaceAll(r.ID, "+", "%2b")+`"`)
	}
	if want := 2 * len(m.Runs); links != want { // from the figure and from the table
		t.Errorf("%d links, want %d", links, want)
	}
}
