package report

import (
	"strconv"

	"rationale/plots"
	"rationale/plots/html"
)

// cost tells of the time and memory that training took, in the mean over seeds and
// run by run.
func (m Material) cost() html.Section {
	if len(m.Runs) == 0 {
		return html.Section{}
	}
	var labels []plots.Labels
	for _, r := range m.Runs {
		labels = append(labels, r.Labels)
	}
	keys := plots.Shown(labels, "dataset", "method", plots.SeedKey)
	t := html.Table{
		Caption: "Training time, and the high-water mark of the whole process's memory when the run ended.",
		Header:  append(plots.Titles(keys), "Chosen epoch", "Seconds", "Peak MB", "Run"), Labels: len(keys),
	}
	for _, r := range m.Runs {
		t.Rows = append(t.Rows, append(r.Labels.Values(keys), strconv.Itoa(r.ChosenEpoch),
			decimal(r.Seconds, 1), strconv.FormatInt(r.PeakRSS>>20, 10), r.ID))
		t.Anchors = append(t.Anchors, r.ID)
	}
	return html.Section{Title: "Run times and memory", Blocks: []html.Block{m.meanCost(), t}}
}

// meanCost has a row for each kind of run. Times are in no other file: those would
// then differ whenever they are made anew.
func (m Material) meanCost() html.Table {
	t := html.Table{Caption: "Training time, mean over seeds.", Header: []string{"Kind of run", "Seeds", "Seconds (mean ± std)"}, Labels: 1}
	var seconds []float64
	runs := m.bySeed()
	for i, r := range runs {
		seconds = append(seconds, r.Seconds)
		if i+1 < len(runs) && sameKind(r, runs[i+1]) {
			continue
		}
		t.Rows = append(t.Rows, []string{m.named(r), strconv.Itoa(len(seconds)), secondsText(plots.Summarize(seconds))})
		seconds = nil
	}
	return t
}

func secondsText(s plots.Summary) string {
	if s.N < 2 {
		return decimal(s.Mean, 1)
	}
	return decimal(s.Mean, 1) + " ± " + decimal(s.Std, 1)
}
