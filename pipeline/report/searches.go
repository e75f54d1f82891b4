package report

import (
	"strconv"
	"strings"

	"rationale/plots"
	"rationale/plots/html"
)

// Attempt is a run of a search for the setting s at which a share of the words is
// selected.
type Attempt struct {
	S       float64 // the setting
	Reached float64 // the share, on the texts that the search goes by
}

// searches lists what was tried for the runs whose s was searched for.
func (m Material) searches() html.Section {
	var labels []plots.Labels
	for _, r := range m.Runs {
		if len(r.Attempts) > 0 {
			labels = append(labels, r.Labels)
		}
	}
	if len(labels) == 0 {
		return html.Section{}
	}
	keys := plots.Shown(labels, "dataset", "method", "target", plots.SeedKey)
	t := html.Table{
		Caption: "The setting s of each run at a target sparsity was searched for: all attempts with the share that they select, in percent, and the s that was taken.",
		Header:  append(plots.Titles(keys), "Attempts", sparsitySetting), Labels: len(keys),
	}
	for _, r := range m.Runs {
		if len(r.Attempts) > 0 {
			t.Rows = append(t.Rows, append(r.Labels.Values(keys), r.tried(), r.setting(sparsitySetting)))
		}
	}
	return html.Section{Title: "Search for the sparsity", Blocks: []html.Block{t}}
}

// sparsitySetting is the setting s, which seeds of one kind of run may differ in.
const sparsitySetting = "sparsity"

// tried lists the attempts: "0.2 → 23.4, 0.166 → 20.1".
func (r Run) tried() string {
	var out []string
	for _, a := range r.Attempts {
		out = append(out, strconv.FormatFloat(a.S, 'g', -1, 64)+" → "+decimal(100*a.Reached, 1))
	}
	return strings.Join(out, ", ")
}

// setting is the value of one of the run's settings; empty when it has none.
func (r Run) setting(name string) string {
	for _, s := range r.Settings {
		if s[0] == name {
			return s[1]
		}
	}
	return ""
}
