package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"rationale/datasets"
)

// onGraphs is the small batch, on a dataset of graphs.
func onGraphs() Material {
	m := material("shapes")
	m.Data = nil
	m.Graphs = []GraphDataset{{"adopt-1", datasets.Meta{
		Name: "shapes", Classes: []string{"cycle", "house"},
		Splits: map[string]datasets.SplitMeta{
			"train": {Rows: 4, WithRationale: 4, Nodes: 50, Edges: 58, RationaleNodes: 10},
			"dev":   {Rows: 2, Nodes: 30, Edges: 31},
		},
	}}}
	return m
}

// TestGraphsThatWereRead: their sizes are shown, and the gold share where it is known.
func TestGraphsThatWereRead(t *testing.T) {
	table := onGraphs().graphs()
	var page bytes.Buffer
	if err := onGraphs().Write(&page); err != nil {
		t.Fatal(err)
	}
	for split, want := range map[string]string{"train": "4 12.5 14.5 20.0 %", "dev": "2 15.0 15.5 –", "test": "0 0.0 0.0 –"} {
		if got := strings.Join(onGraphs().Graphs[0].numbers(split), " "); got != want {
			t.Errorf("%s: %s, want %s", split, got, want)
		}
	}
	if len(table.Blocks) != 1 || !strings.Contains(page.String(), "What the models read. Means are of one graph") {
		t.Error("the page lacks the table of graphs")
	}
	if section := material("texts").graphs(); len(section.Blocks) > 0 {
		t.Error("texts have a table of graphs")
	}
}

// TestGraphsInProvenance: they have no tokenizer, and their classes are known.
func TestGraphsInProvenance(t *testing.T) {
	m := onGraphs()
	var out bytes.Buffer
	if err := m.WriteProvenance(&out); err != nil {
		t.Fatal(err)
	}
	var p Provenance
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if want := (ProvenanceDataset{Data: "adopt-1", Dataset: "shapes"}); len(p.Datasets) != 1 || p.Datasets[0] != want || !IsProvenance(out.Bytes()) {
		t.Errorf("datasets %+v, want %+v", p.Datasets, want)
	}
	if got := strings.Join(m.classes("shapes"), " "); got != "cycle house" {
		t.Errorf("classes %q", got)
	}
}
