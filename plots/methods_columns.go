package plots

import (
	"maps"
	"slices"
	"strconv"
)

// methodColumn is one number of each row of a table of methods.
type methodColumn struct {
	name    string
	printed string // what the paper's tables call it; empty when they have none
	keys    Selector
	ranked  bool                    // the higher the better
	of      func([]Record) []Record // one a seed, out of those with the keys
}

// tested are the numbers that stand for a run: of test texts, under sampled masks,
// at the epoch that development texts chose.
var tested = Selector{"stage": "evaluate", "split": "test", "mask": "sampled"}

// What records call the agreement with human rationales, and what it is bound by.
const (
	sparsityMetric  = "rationale_sparsity" // S
	precisionMetric = "precision"          // P
	recallMetric    = "recall"             // R
	f1Metric        = "f1"
	goldShareMetric = "gold_share"
)

// oracle are the numbers of every epoch on test texts: the best of them is what
// training would be worth if the epoch were chosen on test rationales.
var oracle = Selector{"stage": "train", "split": "test", "mask": "sampled", "metric": f1Metric}

// columns are those of A2I's tables, and then what the papers do not print.
func (s MethodsSpec) columns(withOracle bool) []methodColumn {
	column := func(name, metric string, ranked bool) methodColumn {
		return methodColumn{name, name, tested.or(Selector{"metric": metric}), ranked, itself}
	}
	out := []methodColumn{
		column("S", sparsityMetric, false), column("Acc", "accuracy", true),
		column("P", precisionMetric, true), column("R", recallMetric, true), column("F1", f1Metric, true),
	}
	if s.PerText {
		out = append(out, column("P per text", "precision_per_text", true),
			column("R per text", "recall_per_text", true), column("F1 per text", "f1_per_text", true))
	}
	if s.ASR {
		out = append(out, methodColumn{name: "ASR", keys: tested.or(Selector{"metric": "asr"}), of: itself})
	}
	if withOracle {
		out = append(out, methodColumn{name: "F1, oracle (best test epoch)", keys: oracle, of: bestEpochs})
	}
	return out
}

func itself(records []Record) []Record { return records }

func hasOracle(records []Record) bool { return slices.ContainsFunc(records, oracle.Matches) }

// bestEpochs keeps the record of each run's best epoch, in the order of seeds.
func bestEpochs(records []Record) []Record {
	best := map[string]Record{}
	for _, r := range records {
		if b, found := best[r.Run]; defined(r.Value) && (!found || r.Value > b.Value) {
			best[r.Run] = r
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b Record) int { return a.Labels.Compare(b.Labels) })
}

// rankCells ranks the methods of each dataset and target in every ranked column.
// Numbers that print alike share a rank.
func rankCells(rows []methodRow, columns []methodColumn) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].dataset.Name == rows[0].dataset.Name && rows[n].target == rows[0].target {
			n++
		}
		for j, c := range columns {
			if c.ranked {
				rankColumn(rows[:n], j)
			}
		}
		rows = rows[n:]
	}
}

func rankColumn(rows []methodRow, j int) {
	shown := func(r methodRow) float64 { return methodDecimals.round(r.cells[j].ours.Mean) }
	for i, r := range rows {
		if r.cells[j].ours.N == 0 {
			continue
		}
		rank := 1
		for _, other := range rows {
			if shown(other) > shown(r) {
				rank++
			}
		}
		rows[i].cells[j].rank = rank
	}
}

// mark shows the best and the second best number. Of two, the second is the worst.
func (c methodCell) mark(methods int) Mark {
	switch {
	case c.rank == 1 && methods > 1:
		return Best
	case c.rank == 2 && methods > 2:
		return Second
	}
	return Plainly
}

// rankText is the rank in a sheet, nothing where there is none.
func (c methodCell) rankText() string {
	if c.rank == 0 {
		return ""
	}
	return strconv.Itoa(c.rank)
}
