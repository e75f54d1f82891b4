package plots

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// rounding is how far sums of shares may be apart that are equal.
const rounding = 1e-9

// checkRuns holds the numbers of every single run against each other.
func checkRuns(records []Record) error {
	runs := GroupBy(records, func(r Record) string { return r.Run })
	for _, run := range slices.Sorted(maps.Keys(runs)) {
		if err := checkRun(runs[run]); err != nil {
			return fmt.Errorf("run %q (%s): %w", run, runs[run][0].Labels, err)
		}
	}
	return nil
}

// checkRun wants S·P/R to be the gold share and F1 to be 2PR/(P+R), as they are of
// counts over all words. Both are written without the divisions, which selections
// of nothing do not allow.
func checkRun(records []Record) error {
	of := map[string]float64{}
	for _, r := range records {
		of[r.Metric] = r.Value
	}
	if _, annotated := of[f1Metric]; !annotated {
		return nil
	}
	for _, metric := range []string{sparsityMetric, precisionMetric, recallMetric, f1Metric, goldShareMetric} {
		if v, ok := of[metric]; !ok || !defined(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("%s is %v; expected a share, as there is an F1", metric, of[metric])
		}
	}
	s, p, r, score, share := of[sparsityMetric], of[precisionMetric], of[recallMetric], of[f1Metric], of[goldShareMetric]
	if math.Abs(s*p-share*r) > rounding {
		return fmt.Errorf("S·P/R is %v·%v/%v, and not the gold share %v", s, p, r, share)
	}
	if math.Abs(score*(p+r)-2*p*r) > rounding {
		return fmt.Errorf("F1 is %v, and not 2PR/(P+R) of P = %v and R = %v", score, p, r)
	}
	return nil
}

// faultKind is something that a reader of a row must know.
type faultKind struct{ sign, doc string }

var (
	nothingSelected = faultKind{"†", "selects nothing, so that P and F1 are 0"}
	offTarget       = faultKind{"‡", "S is more than 1 point from its target"}
)

// fault is what is wrong with a row, and with which seeds.
type fault struct {
	kind  faultKind
	seeds []string
}

// allowedGap is how far S may be from its target, as a share.
const allowedGap = 0.01

// findFaults looks at the S of each seed.
func (r methodRow) findFaults() []fault {
	target, err := strconv.ParseFloat(r.target, 64)
	targeted := err == nil
	var empty, off []string
	for _, s := range r.measured(sparsityMetric) {
		switch {
		case s.Value == 0:
			empty = append(empty, s.Labels[SeedKey])
		case targeted && math.Abs(s.Value-target) > allowedGap+rounding:
			off = append(off, s.Labels[SeedKey])
		}
	}
	faults := []fault{{nothingSelected, empty}, {offTarget, off}}
	return slices.DeleteFunc(faults, func(f fault) bool { return len(f.seeds) == 0 })
}

// faultRemarks explain the signs of the rows. That nothing is selected is rare, and
// told with its seeds; missed targets may be many.
func faultRemarks(rows []methodRow) []string {
	var empty []string
	missed := false
	for _, row := range rows {
		for _, f := range row.faults {
			if f.kind == nothingSelected {
				empty = append(empty, row.String()+" ("+seedList(f.seeds)+")")
			}
			missed = missed || f.kind == offTarget
		}
	}
	var out []string
	if len(empty) > 0 {
		out = append(out, fmt.Sprintf("%s: %s: %s.", nothingSelected.sign, nothingSelected.doc, strings.Join(empty, "; ")))
	}
	if missed {
		out = append(out, fmt.Sprintf("%s: with some seed %s; the CSV file names the seeds.", offTarget.sign, offTarget.doc))
	}
	return out
}

// seedList is "seed 2" or "seeds 1, 3".
func seedList(seeds []string) string {
	if len(seeds) == 1 {
		return "seed " + seeds[0]
	}
	return "seeds " + strings.Join(seeds, ", ")
}

// faultText tells of a row's faults in a sheet.
func (r methodRow) faultText() string {
	var parts []string
	for _, f := range r.faults {
		parts = append(parts, f.kind.doc+" with "+seedList(f.seeds))
	}
	return strings.Join(parts, "; ")
}
