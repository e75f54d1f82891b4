package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// AttacksSpec is what an experiment file says about a table of attacks: how well
// each attacked model predicts (ACC), selects what people marked (GR) and obeys the
// trigger (ASR), without and with each defence. BadRNL's Table 1 has this form.
//
//	[[tables]]
//	kind = "attacks"
//	attacks = ["benign", "BadNet", "Cbat", "BadRNL"]
//	defences = ["none", "AT", "ONION", "Z-score", "AttDef"]
//	paper = { paper = "BadRNL", table = "Table1" }
//
// A number is the mean over seeds of what was measured on test texts under sampled
// masks; ASR is of texts that are not of the attack's target, and ASR, all of every
// text. Rows are told apart by dataset, trigger and attack, columns by defence.
type AttacksSpec struct {
	Title    string    `toml:"title"`
	Levels   []string  `toml:"levels"`   // of the trigger; both when empty
	Attacks  []string  `toml:"attacks"`  // in the order of the rows
	Defences []string  `toml:"defences"` // in the order of the columns
	Paper    PaperKeys `toml:"paper"`    // which paper's which table
}

// benignAttack is what the key attack says of models that nobody attacked.
const benignAttack = "benign"

// attackDecimals are those of BadRNL's tables.
const attackDecimals decimals = 2

// assessedRun are the numbers that stand for an attacked run.
var assessedRun = Selector{"stage": "assess", "split": "test", "mask": "sampled"}

// floorMetric is the accuracy that a bag of the query's words reaches, which no
// document can be given credit for.
const floorMetric = "query_accuracy"

// attackMetrics are the numbers of each defence; printed is the paper's word for it.
var attackMetrics = []struct{ name, printed, metric string }{
	{"ACC", "ACC", "acc"}, {"GR", "GR", "gr"}, {"ASR", "ASR", "asr_trigger"}, {"ASR, all", "", "asr_trigger_all"},
}

// printedWords are the paper's words where the keys of runs have others.
var printedWords = map[string]string{benignAttack: "Benign", "none": "None", "Z-score": "Z-Score"}

func inPrint(word string) string { return cmp.Or(printedWords[word], word) }

// attackRow is one attack at one level of the trigger on one dataset.
type attackRow struct {
	dataset       DatasetSpec
	level, attack string
	cells         []attackCell // one for each defence and metric
}

// attackCell is one number of a row, in percent.
type attackCell struct {
	comparisonLine
	best bool // of the attacks on the same dataset at the same level
}

// attackTable is a table at work.
type attackTable struct {
	spec    AttacksSpec
	records []Record
	paper   []PaperValue
	rows    []attackRow
	floors  map[string]comparisonLine // by dataset
}

// Measures lists the metrics of the columns.
func (s AttacksSpec) Measures() []string {
	out := []string{floorMetric}
	for _, m := range attackMetrics {
		out = append(out, m.metric)
	}
	slices.Sort(out)
	return out
}

// levels are those of the rows.
func (s AttacksSpec) levels() []string {
	if len(s.Levels) == 0 {
		return []string{"token", "sentence"}
	}
	return s.Levels
}

// Table fills the table, a grid for each dataset and level that has a finished run.
func (s AttacksSpec) Table(records []Record, datasets []DatasetSpec, paper []PaperValue) (*Table, error) {
	if len(s.Attacks) == 0 || len(s.Defences) == 0 {
		return nil, errors.New(`the table's description needs attacks = ["benign", …] and defences = ["none", …]`)
	}
	t := attackTable{spec: s, records: records, paper: paper, floors: map[string]comparisonLine{}}
	for _, d := range datasets {
		if err := t.add(d); err != nil {
			return nil, err
		}
	}
	t.markBest()
	return t.table(), nil
}

// add makes the rows of a dataset, those without any finished run aside.
func (t *attackTable) add(d DatasetSpec) error {
	floor, err := t.number(Selector{"metric": floorMetric, "dataset": d.Name})
	if err != nil {
		return err
	}
	floor.labels = []string{d.Name, "", "", "", "floor"}
	t.floors[d.Name] = floor
	for _, level := range t.spec.levels() {
		for _, attack := range t.spec.Attacks {
			row, err := t.row(d, level, attack)
			if err != nil {
				return fmt.Errorf("%s on %s, %s level: %w", attack, d.title(), level, err)
			}
			if slices.ContainsFunc(row.cells, attackCell.measured) {
				t.rows = append(t.rows, row)
			}
		}
	}
	return nil
}

func (t *attackTable) row(d DatasetSpec, level, attack string) (attackRow, error) {
	row := attackRow{dataset: d, level: level, attack: attack}
	for _, defence := range t.spec.Defences {
		for _, m := range attackMetrics {
			keys := assessedRun.or(Selector{"dataset": d.Name, "trigger": level, "attack": attack, "defence": defence, "metric": m.metric})
			line, err := t.number(keys)
			if err != nil {
				return row, err
			}
			line.labels = []string{d.Name, level, attack, defence, m.name}
			if line.paper, line.paperStd, err = t.printed(row, defence, m.printed); err != nil {
				return row, err
			}
			row.cells = append(row.cells, attackCell{comparisonLine: line})
		}
	}
	return row, nil
}

// number is ours, in percent, with nothing of the paper beside it.
func (t *attackTable) number(keys Selector) (comparisonLine, error) {
	behind := Filter(t.records, keys)
	ours, err := SummarizeSeeds(behind)
	none, noStd, _ := findPaper(nil, PaperKeys{})
	return comparisonLine{paper: none, paperStd: noStd, ours: ours.times(100), origin: Origin{keys, behind}}, err
}

// printed is the paper's number of a cell, NaN where it has none.
func (t *attackTable) printed(row attackRow, defence, metric string) (value, std float64, err error) {
	if !row.dataset.Paper || t.spec.Paper == (PaperKeys{}) || metric == "" {
		return findPaper(nil, PaperKeys{})
	}
	return findPaper(t.paper, PaperKeys{
		Dataset: row.dataset.PaperName, Method: inPrint(row.attack), Level: row.level, Defence: inPrint(defence), Metric: metric,
	}.or(t.spec.Paper))
}

// measured tells that some run is behind the cell.
func (c attackCell) measured() bool { return len(c.origin.Records) > 0 }

// markBest finds in every column the best attack of each dataset and level; for an
// attack more is better everywhere. Numbers that print alike share the mark.
func (t *attackTable) markBest() {
	for i := range t.rows {
		for j := range t.rows[i].cells {
			t.rows[i].cells[j].best = t.isBest(t.rows[i], j)
		}
	}
}

func (t *attackTable) isBest(row attackRow, j int) bool {
	shown := func(r attackRow) float64 { return attackDecimals.round(r.cells[j].ours.Mean) }
	rivals := 0
	for _, other := range t.rows {
		if !other.rivals(row) || other.cells[j].ours.N == 0 {
			continue
		}
		rivals++
		if shown(other) > shown(row) {
			return false
		}
	}
	return rivals > 1 && row.attack != benignAttack && row.cells[j].ours.N > 0
}

// rivals tells that two rows are attacks of one kind on one dataset.
func (r attackRow) rivals(other attackRow) bool {
	return r.attack != benignAttack && r.dataset.Name == other.dataset.Name && r.level == other.level
}
