package plots

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever a run selects, its numbers agree with each other; a number that was
// changed does not.
func TestCountsPassTheChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		selected := rapid.IntRange(0, allWords).Draw(t, "selected")
		both := rapid.IntRange(max(0, selected+goldWords-allWords), min(selected, goldWords)).Draw(t, "both")
		records := evaluated(methodRun("d", "RNP", "0.1", 1), selected, both)
		if err := checkRuns(Filter(records, tested)); err != nil {
			t.Fatal(err)
		}
		if both == 0 {
			return // 0 = 0 whatever the other numbers are
		}
		i := rapid.IntRange(0, len(records)-1).Draw(t, "changed")
		switch records[i].Metric {
		case "accuracy", "asr":
			return
		}
		if records[i].Value *= 1.01; records[i].Stage != "evaluate" {
			return
		}
		if err := checkRuns(Filter(records, tested)); err == nil {
			t.Fatalf("%s passes with %v", records[i].Metric, records[i].Value)
		}
	})
}

// TestFaults: a row is marked for the seeds that select nothing or miss the target.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		target   string
		selected []int // of each seed
		want     string
	}{
		{"0.1", []int{90, 100, 110}, ""},
		{"0.1", []int{89, 100, 111}, "S is more than 1 point from its target with seeds 1, 3"},
		{"0.1", []int{0, 100, 120}, "selects nothing, so that P and F1 are 0 with seed 1; S is more than 1 point from its target with seed 3"},
		{"", []int{0, 500, 120}, "selects nothing, so that P and F1 are 0 with seed 1"},
	} {
		var records []Record
		for i, n := range test.selected {
			records = append(records, evaluated(methodRun("d", "RNP", test.target, i+1), n, n/10)...)
		}
		table := methodsTable(t, MethodsSpec{Methods: []string{"RNP"}}, records, []DatasetSpec{{Name: "d"}})
		rows := table.Sheets[0].Rows
		if got := rows[1][len(rows[1])-1]; got != test.want {
			t.Errorf("target %q, selections %v: %q, want %q", test.target, test.selected, got, test.want)
		}
	}
}

// TestRanks: numbers that print alike share a rank, and the lower of two is not
// marked as second.
func TestRanks(t *testing.T) {
	for _, test := range []struct {
		both []int // annotated words that each method selects
		want []Mark
	}{
		{[]int{50}, []Mark{Plainly}},
		{[]int{50, 60}, []Mark{Plainly, Best}},
		{[]int{50, 60, 55}, []Mark{Plainly, Best, Second}},
		{[]int{60, 60, 55}, []Mark{Best, Best, Plainly}},
		{[]int{55, 60, 55}, []Mark{Second, Best, Second}},
	} {
		var records []Record
		spec := MethodsSpec{Methods: []string{"RNP", "FR", "NIR"}[:len(test.both)]}
		for i, n := range test.both {
			records = append(records, evaluated(methodRun("d", spec.Methods[i], "0.1", 1), 100, n)...)
		}
		table := methodsTable(t, spec, records, []DatasetSpec{{Name: "d"}})
		for i, row := range table.Grids[0].Rows {
			if got := row.Cells[6].Mark; got != test.want[i] {
				t.Errorf("%v: method %d is marked %q, want %q", test.both, i, got, test.want[i])
			}
			if row.Cells[2].Mark != Plainly {
				t.Errorf("S is marked")
			}
		}
	}
}
