package report

import (
	"strconv"

	"rationale/datasets"
	"rationale/plots/html"
)

// GraphDataset is one dataset of graphs.
type GraphDataset struct {
	ID string
	datasets.Meta
}

// graphs says what the models read that read graphs.
func (m Material) graphs() html.Section {
	if len(m.Graphs) == 0 {
		return html.Section{}
	}
	t := html.Table{
		Caption: "What the models read. Means are of one graph, and an edge counts once; the gold share is that of the marked nodes.",
		Header:  []string{"Dataset", "Seed", "Split", "Graphs", "Mean nodes", "Mean edges", "Gold share"},
		Labels:  3,
	}
	for _, d := range m.Graphs {
		for _, split := range datasets.SplitNames {
			t.Rows = append(t.Rows, append([]string{d.Meta.Name, strconv.FormatUint(d.Seed, 10), split}, d.numbers(split)...))
		}
	}
	return html.Section{Title: "Graphs", Blocks: []html.Block{t}}
}

// numbers is the split's row in the table of graphs.
func (d GraphDataset) numbers(split string) []string {
	s := d.Splits[split]
	mean := func(n int64) string { return decimal(datasets.Share(int(n), s.Rows), 1) }
	return []string{
		strconv.Itoa(s.Rows), mean(s.Nodes), mean(s.Edges),
		goldShare(s.WithRationale, datasets.Share(int(s.RationaleNodes), int(s.Nodes))),
	}
}
