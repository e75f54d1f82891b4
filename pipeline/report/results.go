package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rationale/plots"
	"rationale/plots/html"
)

// columns of the results table: test metrics of the chosen epoch.
var columns = []struct{ title, metric string }{
	{"S", "rationale_sparsity"}, {"Acc", "accuracy"}, {"P", "precision"}, {"R", "recall"}, {"F1", "f1"},
	{"F1 of a random selection", "f1_random"}, {"Acc, full text", "accuracy_full_text"}, {"ASR", "asr"},
}

// results is the table of test metrics, mean ± std over seeds, a row a kind of
// run and way of drawing masks. Kinds are told apart by every key that varies.
func (m Material) results() (html.Section, error) {
	evaluated := plots.Filter(m.Records, plots.Selector{"stage": "evaluate"})
	groups := resultGroups(evaluated)
	if len(groups) == 0 {
		return html.Section{}, nil
	}
	var kinds []plots.Labels
	for _, g := range groups {
		kinds = append(kinds, g.kind)
	}
	keys := plots.Shown(kinds, "dataset", "method")
	t := html.Table{
		Caption: "Test split, dev-best epoch, in percent. Sampled: one draw of the masks, the papers' way; sampled-mean: the mean over several draws; argmax: no noise. –: not measured, or " + plots.Undefined + ".",
		Header:  append(plots.Titles(keys), "Mask", "Seeds"), Labels: len(keys) + 1,
	}
	for _, c := range columns {
		t.Header = append(t.Header, c.title)
	}
	for _, g := range groups {
		numbers, err := m.resultNumbers(g.records)
		if err != nil {
			return html.Section{}, err
		}
		t.Rows = append(t.Rows, slices.Concat(g.kind.Values(keys), []string{g.mask}, numbers))
	}
	return html.Section{Title: "Results", Blocks: []html.Block{t}}, nil
}

// resultGroup is what a row of the results is made of: the records of runs that
// differ in nothing but the seed, under one way of drawing masks.
type resultGroup struct {
	kind    plots.Labels // without the seed
	mask    string
	records []plots.Record
}

func resultGroups(records []plots.Record) []resultGroup {
	var out []resultGroup
	kind := func(r plots.Record) plots.Labels { return r.Labels.With(plots.SeedKey, "") }
	for _, group := range plots.GroupBy(records, func(r plots.Record) [2]string { return [2]string{kind(r).String(), r.Mask} }) {
		out = append(out, resultGroup{kind(group[0]), group[0].Mask, group})
	}
	slices.SortFunc(out, func(a, b resultGroup) int {
		return cmp.Or(a.kind.Compare(b.kind), strings.Compare(a.mask, b.mask))
	})
	return out
}

// resultNumbers are the number of seeds and the cells of a row.
func (m Material) resultNumbers(records []plots.Record) ([]string, error) {
	row := []string{""}
	for _, c := range columns {
		s, err := plots.SummarizeSeeds(plots.Filter(records, plots.Selector{"metric": c.metric}))
		if err != nil {
			return nil, m.explain(err)
		}
		if s.N == 0 {
			row = append(row, "–")
			continue
		}
		classes, err := m.byClass(c.metric, records)
		if err != nil {
			return nil, err
		}
		row[0] = fmt.Sprint(s.N)
		row = append(row, meanStd(s)+classes)
	}
	return row, nil
}

// explain adds to an error about records of two runs in what settings these
// differ.
func (m Material) explain(err error) error {
	var ambiguous *plots.AmbiguousError
	if !errors.As(err, &ambiguous) {
		return err
	}
	a, b := m.settingsOf(ambiguous.A.Run), m.settingsOf(ambiguous.B.Run)
	var differ []string
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			differ = append(differ, fmt.Sprintf("%s = %s and %s", a[i][0], a[i][1], b[i][1]))
		}
	}
	if len(differ) == 0 {
		return err
	}
	return fmt.Errorf("%w; their settings differ in %s", err, strings.Join(differ, ", "))
}

// settingsOf are the settings of the run behind a record.
func (m Material) settingsOf(run string) [][2]string {
	for _, r := range m.Runs {
		if r.ID == run || r.EvaluationID == run {
			return r.Settings
		}
	}
	return nil
}

func meanStd(s plots.Summary) string {
	if s.N < 2 {
		return decimal(100*s.Mean, 1)
	}
	return decimal(100*s.Mean, 1) + " ± " + decimal(100*s.Std, 1)
}

// paperNumbers are the tables that set the papers' numbers beside ours.
func (m Material) paperNumbers() html.Section {
	s := html.Section{Title: "Paper and ours"}
	claims := 0
	for _, e := range m.Experiments {
		claims += len(e.Claims)
		for _, t := range e.Tables {
			s.Blocks = append(s.Blocks, html.Filled(t.Table)...)
			s.Blocks = append(s.Blocks, m.runsOfTable(t)...)
		}
	}
	if len(s.Blocks) > 0 && claims > 0 {
		s.Blocks = append(s.Blocks, html.Paragraph("Numbers from a paper's text: last epoch, in percent. The paper's are approximate, and stand only beside the paper's own data."))
	}
	return s
}
