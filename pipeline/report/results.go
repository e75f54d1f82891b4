package report

import (
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

// results is the table of test metrics, mean ± std over seeds, a row a method,
// dataset and way of drawing masks.
func (m Material) results() html.Section {
	t := html.Table{
		Caption: "Test split, dev-best epoch, in percent. Sampled: one draw of the masks, the papers' way; sampled-mean: the mean over several draws; argmax: no noise.",
		Header:  []string{"Dataset", "Method", "Mask", "Seeds"}, Labels: 3,
	}
	for _, c := range columns {
		t.Header = append(t.Header, c.title)
	}
	evaluated := plots.Filter(m.Records, plots.Selector{Stage: "evaluate"})
	for _, key := range resultRows(evaluated) {
		if row := resultRow(evaluated, key); row != nil {
			t.Rows = append(t.Rows, row)
		}
	}
	if len(t.Rows) == 0 {
		return html.Section{}
	}
	return html.Section{Title: "Results", Blocks: []html.Block{t}}
}

type resultKey struct{ dataset, method, mask string }

func resultRows(records []plots.Record) []resultKey {
	var out []resultKey
	for key := range plots.GroupBy(records, func(r plots.Record) resultKey { return resultKey{r.Dataset, r.Method, r.Mask} }) {
		out = append(out, key)
	}
	slices.SortFunc(out, func(a, b resultKey) int {
		return strings.Compare(a.dataset+"\x00"+a.method+"\x00"+a.mask, b.dataset+"\x00"+b.method+"\x00"+b.mask)
	})
	return out
}

func resultRow(records []plots.Record, key resultKey) []string {
	row := []string{key.dataset, key.method, key.mask, ""}
	for _, c := range columns {
		matching := plots.Filter(records, plots.Selector{Dataset: key.dataset, Method: key.method, Mask: key.mask, Metric: c.metric})
		s, err := plots.SummarizeSeeds(matching)
		if err != nil || s.N == 0 {
			row = append(row, "–")
			continue
		}
		row[3] = fmt.Sprint(s.N)
		row = append(row, meanStd(s))
	}
	return row
}

func meanStd(s plots.Summary) string {
	if s.N < 2 {
		return decimal(100*s.Mean, 1)
	}
	return decimal(100*s.Mean, 1) + " ± " + decimal(100*s.Std, 1)
}

// claims are the numbers that the papers give in their text for the figures.
var claims = []struct {
	what, paper   string
	method, split string
	metric        string
}{
	{"Random patterns, training accuracy (Fig. 3)", "≈ 95 (Beer-Aroma)", "random patterns", "train", "accuracy"},
	{"r2f, training accuracy (Fig. 3)", "≈ 58 (Beer-Aroma)", "random patterns", "train", "accuracy_r2f"},
	{"RNP, attack success rate (Fig. 6)", "“very high” (Beer)", "RNP", "dev", "asr"},
	{"RNP+A2I, attack success rate (Fig. 6)", "≈ 50 (Beer)", "RNP+A2I", "dev", "asr"},
}

// paperNumbers sets the last epoch's values beside what the paper says.
func (m Material) paperNumbers() html.Section {
	t := html.Table{
		Caption: "Last epoch, in percent. The paper's numbers are for its own data; a different dataset need not reach them.",
		Header:  []string{"Quantity", "Dataset", "Paper", "Ours", "Seeds"}, Labels: 3,
	}
	for _, c := range claims {
		of := plots.Filter(m.Records, plots.Selector{Stage: "train", Method: c.method, Split: c.split, Metric: c.metric})
		groups := plots.GroupBy(of, func(r plots.Record) string { return r.Dataset })
		for _, dataset := range sortedKeys(groups) {
			s, err := plots.SummarizeSeeds(lastEpoch(groups[dataset]))
			if err == nil && s.N > 0 {
				t.Rows = append(t.Rows, []string{c.what, dataset, c.paper, meanStd(s), fmt.Sprint(s.N)})
			}
		}
	}
	if len(t.Rows) == 0 {
		return html.Section{}
	}
	return html.Section{Title: "Paper and ours", Blocks: []html.Block{t}}
}

func lastEpoch(records []plots.Record) []plots.Record {
	last := 0
	for _, r := range records {
		last = max(last, r.Epoch)
	}
	return slices.DeleteFunc(slices.Clone(records), func(r plots.Record) bool { return r.Epoch != last })
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
