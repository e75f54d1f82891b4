package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"

	"rationale/stages/train"
)

// epochMetrics are what is compared epoch by epoch.
var epochMetrics = []string{"accuracy", "asr"}

// epochs reads what the run measured on development texts after each epoch.
func (r *trainedRun) epochs() ([]measured, error) {
	dir, err := r.folder(r.ID)
	if err != nil {
		return nil, err
	}
	records, err := readRecords(filepath.Join(dir, train.RecordsFile))
	var out []measured
	for _, m := range records {
		if m.Split == "dev" && slices.Contains(epochMetrics, m.Metric) {
			out = append(out, measured{Epoch: m.Epoch, Mask: m.Mask, Metric: m.Metric, Value: defined(m.Value)})
		}
	}
	return out, err
}

// byEpoch puts the curves of both runs side by side.
func byEpoch(first, second *trainedRun) ([]line, error) {
	a, err := first.epochs()
	if err != nil {
		return nil, err
	}
	b, err := second.epochs()
	if err != nil {
		return nil, err
	}
	lines := join(a, b)
	slices.SortStableFunc(lines, func(x, y line) int { return cmp.Or(cmp.Compare(x.Epoch, y.Epoch), cmp.Compare(x.Metric, y.Metric)) })
	return lines, nil
}

// shownEpochs is how many epochs people are shown; JSON has all.
const shownEpochs = 10

// devTable has the last epoch, and of those before it some at equal distances.
func (c *comparison) devTable() [][]string {
	rows := [][]string{{"EPOCH", "METRIC ON DEV", "FIRST", "SECOND", "SECOND − FIRST"}}
	last := 0
	for _, l := range c.Dev {
		last = max(last, l.Epoch)
	}
	step := max(1, (last+shownEpochs-1)/shownEpochs)
	for _, l := range c.Dev {
		if (last-l.Epoch)%step == 0 {
			rows = append(rows, append([]string{strconv.Itoa(l.Epoch), l.Metric}, l.cells()...))
		}
	}
	return rows
}
