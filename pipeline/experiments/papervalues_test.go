package experiments

import (
	"math"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"rationale/plots"
)

// printed are the numbers of the papers' tables, by row and metric.
type printed map[plots.PaperKeys]map[string]float64

func readPrinted(t *testing.T) printed {
	t.Helper()
	values, err := paperValues()
	if err != nil {
		t.Fatal(err)
	}
	rows := printed{}
	for _, v := range values {
		row, metric := v.PaperKeys, v.Metric
		row.Metric = ""
		if rows[row] == nil {
			rows[row] = map[string]float64{}
		}
		if _, twice := rows[row][metric]; twice {
			t.Errorf("%s: %s twice", row, metric)
		}
		rows[row][metric] = v.Value
	}
	return rows
}

// goldShare is the share of annotated words that Table 5 prints, in percent, and
// for graphs that of the motifs' nodes.
func (p printed) goldShare(t *testing.T, dataset string) float64 {
	t.Helper()
	if share, known := map[string]float64{"BA2Motifs": 20, "GOODMotif": 29.3}[dataset]; known {
		return share
	}
	share, ok := p[plots.PaperKeys{Paper: "A2I", Table: "Table5", Dataset: dataset}]["annotation_sparsity_pct"]
	if !ok {
		t.Errorf("Table 5 lacks %s", dataset)
	}
	return share
}

// TestPaperRowsAddUp: F1 = 2PR/(P+R) and S·P/R is the gold share, to the digits
// that are printed. What Table 4 takes over from CR is averaged over texts, so it
// obeys neither, and of S it prints nothing.
func TestPaperRowsAddUp(t *testing.T) {
	rows, checked := readPrinted(t), map[string]int{}
	for row, of := range rows {
		macro := row.Table == "Table4" && !strings.HasPrefix(row.Method, "FR")
		if row.Paper != "A2I" || row.Table == "Table5" || macro {
			continue
		}
		checked[row.Table]++
		p, r, f1 := of["P"], of["R"], of["F1"]
		if want := 2 * p * r / (p + r); math.IsNaN(f1) || math.Abs(f1-want) > .11 {
			t.Errorf("%s: F1 is %v, and of P and R it is %v", row, f1, want)
		}
		if s, ok := of["S"]; ok && !math.IsNaN(s) {
			if got, want := s*p/r, rows.goldShare(t, row.Dataset); math.Abs(got-want) > .45 {
				t.Errorf("%s: S·P/R is %v, the gold share %v", row, got, want)
			}
		}
	}
	for table, want := range map[string]int{"Table1": 54, "Table2": 18, "Table3": 8, "Table4": 6, "Table6a": 24, "Table6b": 12} {
		if checked[table] != want {
			t.Errorf("%s: %d rows checked, want %d", table, checked[table], want)
		}
	}
}

// TestTable6RepeatsTables1And2 in the rows that are not a language model's.
func TestTable6RepeatsTables1And2(t *testing.T) {
	rows := readPrinted(t)
	for row, of := range rows {
		if !strings.HasPrefix(row.Table, "Table6") || strings.HasPrefix(row.Method, "llama") {
			continue
		}
		first := row
		first.Table = map[string]string{"Table6a": "Table1", "Table6b": "Table2"}[row.Table]
		for metric, value := range of {
			if want := rows[first][metric]; value != want {
				t.Errorf("%s: %s is %v, in %s %v", row, metric, value, first.Table, want)
			}
		}
	}
}

// besideAPaper is an experiment with a table of methods, as a file would have it.
const besideAPaper = `
name = "toy"
[[tables]]
kind = "methods"
methods = ["RNP"]
paper = { paper = "A2I", table = "Table1" }
`

// TestTablesStandBesideThePaper: on the paper's own data, and on no other.
func TestTablesStandBesideThePaper(t *testing.T) {
	var e Experiment
	if _, err := toml.Decode(besideAPaper, &e); err != nil {
		t.Fatal(err)
	}
	labels := plots.Labels{"dataset": "aroma", "method": "RNP", "target": "0.1", "seed": "1"}
	var records []plots.Record
	for metric, v := range map[string]float64{"rationale_sparsity": .125, "precision": .5, "recall": .25, "f1": 1. / 3, "gold_share": .25} {
		records = append(records, plots.Record{
			Labels: labels, Run: "run", Stage: "evaluate", Split: "test", Mask: "sampled", Metric: metric, Epoch: 1, Selected: true, Value: v,
		})
	}
	for name, want := range map[string]plots.Cell{
		"Beer-Aroma": {Text: "33.3 (1)", Paper: "63.7", Delta: "−30.4"},
		"":           {Text: "33.3 (1)"},
	} {
		p := Planned{Experiment: e, Datasets: []plots.DatasetSpec{{Name: "aroma", Paper: name != "", PaperName: name}}}
		tables, err := p.fill(records)
		if err != nil {
			t.Fatal(err)
		}
		if got := tables[0].Grids[0].Rows[0].Cells[6]; got != want {
			t.Errorf("as %q: F1 is %+v, want %+v", name, got, want)
		}
	}
}

// TestBadRNLRowsAreWhole: sixteen rows under five defences, each with three shares.
func TestBadRNLRowsAreWhole(t *testing.T) {
	blocks := 0
	for row, of := range readPrinted(t) {
		if row.Paper != "BadRNL" {
			continue
		}
		blocks++
		for _, metric := range []string{"ACC", "GR", "ASR"} {
			if v, ok := of[metric]; !ok || !(v >= 0 && v <= 100) {
				t.Errorf("%s: %s is %v; expected a share in percent", row, metric, v)
			}
		}
	}
	if blocks != 16*5 {
		t.Errorf("%d rows and defences, want %d", blocks, 16*5)
	}
}
