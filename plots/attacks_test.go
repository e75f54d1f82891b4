package plots

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func attacksSpec() AttacksSpec {
	return AttacksSpec{
		Title: "Attacks", Attacks: []string{"benign", "BadNet", "Cbat", "BadRNL"}, Defences: []string{"none", "Z-score"},
		Paper: PaperKeys{Paper: "BadRNL", Table: "Table1"},
	}
}

// attackedRecords are made-up runs with two seeds. Cbat has none at the level of
// sentences, and only FEVER has queries.
func attackedRecords() []Record {
	out := []Record{{Labels: Labels{"dataset": "fever"}, Run: "floor", Stage: "floor", Split: "test", Metric: floorMetric, Value: .677}}
	for d, dataset := range []string{"fever", "movies"} {
		for l, level := range []string{"token", "sentence"} {
			for a, attack := range attacksSpec().Attacks {
				for v, defence := range attacksSpec().Defences {
					for seed := 1; seed <= 2; seed++ {
						if attack == "Cbat" && level == "sentence" {
							continue
						}
						labels := Labels{"dataset": dataset, "attack": attack, "trigger": level, "defence": defence, "seed": strconv.Itoa(seed)}
						records := assessed(labels, map[string]float64{
							"acc": .69 - .01*float64(a+d) + .002*float64(seed), "gr": .42 - .03*float64(a%3),
							"asr_trigger": min(1, .4*float64(a)+.1*float64(l)) * (1 - .1*float64(v)), "asr_trigger_all": min(1, .4*float64(a)+.15),
						})
						for i := range records {
							records[i].Mask = "sampled"
						}
						out = append(out, records...)
					}
				}
			}
		}
	}
	return out
}

func attackedTables() []DatasetSpec {
	return []DatasetSpec{{Name: "fever", Title: "FEVER", Paper: true, PaperName: "FEVER"}, {Name: "movies"}}
}

// badrnlValues are the paper's numbers of two rows.
var badrnlValues = []PaperValue{
	{PaperKeys{Paper: "BadRNL", Table: "Table1", Dataset: "FEVER", Method: "BadRNL", Metric: "ASR", Level: "token", Defence: "None"}, 100, math.NaN(), ""},
	{PaperKeys{Paper: "BadRNL", Table: "Table1", Dataset: "FEVER", Method: "Benign", Metric: "ACC", Level: "token", Defence: "Z-Score"}, 68.51, math.NaN(), ""},
}

// TestGoldenAttacks: beside a paper and on other data, in all forms.
func TestGoldenAttacks(t *testing.T) {
	table, err := attacksSpec().Table(attackedRecords(), attackedTables(), badrnlValues)
	if err != nil {
		t.Fatal(err)
	}
	goldenTable(t, "attacks", table)
}

// TestAttackedCounterpartsSaySo above their rows, and nothing stands beside them.
func TestAttackedCounterpartsSaySo(t *testing.T) {
	datasets := attackedTables()
	datasets[1].Counterpart = "BadRNL, Table A3"
	table, err := attacksSpec().Table(attackedRecords(), datasets, badrnlValues)
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Grids[1].Title; got != "movies, counterpart of BadRNL, Table A3: no paper value" {
		t.Errorf("the rows stand below %q", got)
	}
}

// TestEveryAttackNumberHasItsRuns: an origin a number, with the runs that it is the
// mean of.
func TestEveryAttackNumberHasItsRuns(t *testing.T) {
	table, err := attacksSpec().Table(attackedRecords(), attackedTables(), badrnlValues)
	if err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, row := range table.Sheets[0].Rows[1:] {
		if row[7] != "" {
			filled++
		}
	}
	if filled == 0 || len(table.Origins) != filled {
		t.Errorf("%d origins of %d numbers", len(table.Origins), filled)
	}
}

// TestBestAttackIsNoBenignModel: whatever the numbers, each column of a block marks
// an attack, and none that another surpasses.
func TestBestAttackIsNoBenignModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := attacksSpec()
		spec.Defences = spec.Defences[:1]
		highest, records := math.Inf(-1), []Record(nil)
		for _, attack := range spec.Attacks {
			asr := float64(rapid.IntRange(0, 10000).Draw(t, attack)) / 1e4
			if attack != benignAttack {
				highest = max(highest, asr)
			}
			records = append(records, Record{
				Labels: Labels{"dataset": "fever", "attack": attack, "trigger": "token", "defence": "none", "seed": "1"},
				Stage:  "assess", Split: "test", Mask: "sampled", Metric: "asr_trigger", Value: asr,
			})
		}
		table, err := spec.Table(records, attackedTables()[:1], nil)
		if err != nil {
			t.Fatal(err)
		}
		marked := 0
		for i, row := range table.Grids[0].Rows {
			if row.Cells[4].Mark != Best {
				continue
			}
			marked++
			if records[i].Value != highest || spec.Attacks[i] == benignAttack {
				t.Fatalf("%s is marked with %v, the best is %v", spec.Attacks[i], records[i].Value, highest)
			}
		}
		if marked == 0 {
			t.Fatal("no attack is marked")
		}
	})
}

func TestAttacksNeedRowsAndColumns(t *testing.T) {
	_, err := AttacksSpec{Attacks: []string{"BadRNL"}}.Table(nil, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "defences") {
		t.Errorf("got %v", err)
	}
	table, err := attacksSpec().Table(nil, attackedTables(), nil)
	if err != nil || !table.Empty() {
		t.Errorf("without records: %v, %v", table, err)
	}
}
