package report

import (
	"fmt"
	"math"
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
		if row := m.resultRow(evaluated, key); row != nil {
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

func (m Material) resultRow(evaluated []plots.Record, key resultKey) []string {
	row := []string{key.dataset, key.method, key.mask, ""}
	records := plots.Filter(evaluated, plots.Selector{Dataset: key.dataset, Method: key.method, Mask: key.mask})
	for _, c := range columns {
		s, err := plots.SummarizeSeeds(plots.Filter(records, plots.Selector{Metric: c.metric}))
		if err != nil || s.N == 0 {
			row = append(row, "–")
			continue
		}
		row[3] = fmt.Sprint(s.N)
		row = append(row, meanStd(s)+m.byClass(c.metric, records))
	}
	return row
}

func meanStd(s plots.Summary) string {
	if s.N < 2 {
		return decimal(100*s.Mean, 1)
	}
	return decimal(100*s.Mean, 1) + " ± " + decimal(100*s.Std, 1)
}

// Claim is a number that a paper gives in its text for a figure.
type Claim struct {
	Quantity string  `toml:"quantity"`
	Paper    float64 `toml:"paper"` // in percent; 0 when the paper gives no number
	plots.Selector
}

// Table sets the last epoch's values of a figure's claims beside the paper's
// numbers, a line a dataset.
func (f Figure) Table(records []plots.Record) *plots.Table {
	t := &plots.Table{Title: f.Title, Labels: []string{"Quantity", "Dataset"}, Decimals: 1}
	for _, c := range f.Claims {
		groups := plots.GroupBy(plots.Filter(records, c.Selector), func(r plots.Record) string { return r.Dataset })
		for _, dataset := range f.Datasets {
			ours, err := plots.SummarizeSeeds(lastEpoch(groups[dataset.Name]))
			if err != nil || ours.N == 0 {
				continue
			}
			t.Lines = append(t.Lines, plots.TableLine{
				Labels: []string{c.Quantity, dataset.Title}, Paper: c.printed(), PaperStd: math.NaN(), Ours: inPercent(ours),
			})
		}
	}
	return t
}

func (c Claim) printed() float64 {
	if c.Paper == 0 {
		return math.NaN()
	}
	return c.Paper
}

func inPercent(s plots.Summary) plots.Summary {
	return plots.Summary{Mean: 100 * s.Mean, Std: 100 * s.Std, N: s.N}
}

func lastEpoch(records []plots.Record) []plots.Record {
	last := 0
	for _, r := range records {
		last = max(last, r.Epoch)
	}
	return slices.DeleteFunc(slices.Clone(records), func(r plots.Record) bool { return r.Epoch != last })
}

// paperNumbers sets each figure's claims beside our numbers.
func (m Material) paperNumbers() html.Section {
	s := html.Section{Title: "Paper and ours"}
	for _, f := range m.Figures {
		if t := f.Table(m.Records); len(t.Lines) > 0 {
			s.Blocks = append(s.Blocks, html.Comparison(t))
		}
	}
	if len(s.Blocks) > 0 {
		s.Blocks = append(s.Blocks, html.Paragraph("Last epoch, in percent. The paper's numbers are approximate, read from its text, and hold for its own beer data; other data need not reach them."))
	}
	return s
}
