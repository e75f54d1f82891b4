package plots

import (
	"fmt"
	"slices"
	"strconv"
)

// a2i is what the names of methods with A2I end in.
const a2i = "+A2I"

// gain is what A2I adds to the F1 of a method in one setting, a dataset and a
// target, in points.
type gain struct {
	base        string
	row         methodRow // of the method with A2I
	differences []float64 // one for each seed of both
}

// gains pairs every method with the same under A2I, seed by seed.
func (m *methodTable) gains() []gain {
	var out []gain
	for _, base := range m.spec.Methods {
		for _, row := range m.rows {
			if row.method != base+a2i {
				continue
			}
			i := slices.IndexFunc(m.rows, func(r methodRow) bool {
				return r.method == base && r.target == row.target && r.dataset.Name == row.dataset.Name
			})
			if differences := differencesOf(row, m.rows[i]); len(differences) > 0 {
				out = append(out, gain{base, row, differences})
			}
		}
	}
	return out
}

// differencesOf are the differences in F1 between runs of the same seed.
func differencesOf(with, without methodRow) []float64 {
	var out []float64
	for _, r := range with.measured(f1Metric) {
		for _, b := range without.measured(f1Metric) {
			if r.Labels[SeedKey] == b.Labels[SeedKey] && defined(r.Value-b.Value) {
				out = append(out, 100*(r.Value-b.Value))
			}
		}
	}
	return out
}

// signTest counts the settings in which a method selects better with A2I.
type signTest struct {
	base         string
	above, equal int
	settings     int
	p            float64 // of the settings that are not equal
}

// signTests has one for each method that is paired, in the order of gains.
func signTests(gains []gain) []signTest {
	var out []signTest
	for i, g := range gains {
		if i == 0 || g.base != gains[i-1].base {
			out = append(out, signTest{base: g.base})
		}
		s := &out[len(out)-1]
		s.settings++
		switch mean := Summarize(g.differences).Mean; {
		case mean > 0:
			s.above++
		case mean == 0:
			s.equal++
		}
		s.p = signP(s.above, s.settings-s.equal)
	}
	return out
}

// The decimals of a statistic and of a probability.
const (
	statisticDecimals   decimals = 2
	probabilityDecimals decimals = 3
)

// gainGrid shows the tests, a block a pair.
func gainGrid(gains []gain, targeted bool) Grid {
	g := Grid{Title: "What A2I adds to F1, seed by seed", Header: []string{"Method", "Dataset"}}
	if targeted {
		g.Header = append(g.Header, "S ≈")
	}
	g.Labels = len(g.Header)
	g.Header = append(g.Header, "F1 gained", "t", "p (one-sided)")
	for i, of := range gains {
		row := plainGain(of, targeted)
		row.Block = i == 0 || of.base != gains[i-1].base
		g.Rows = append(g.Rows, row)
	}
	return g
}

func plainGain(g gain, targeted bool) GridRow {
	texts := []string{g.row.method, g.row.dataset.title()}
	if targeted {
		texts = append(texts, percentOf(g.row.target))
	}
	s := Summarize(g.differences)
	t, p := pairedT(g.differences)
	return PlainRow(append(texts, methodDecimals.gained(s), statisticDecimals.signed(t), probabilityDecimals.probability(p))...)
}

// gainRemarks say what was tested, and count the settings.
func gainRemarks(signs []signTest) []string {
	out := []string{"F1 gained: mean ± standard deviation (number) of the differences between runs of the same seed; " +
		"p: paired one-sided t-test, " + missing + " where fewer than two differences or equal ones allow none."}
	for _, s := range signs {
		out = append(out, fmt.Sprintf("%s is above %s in %d of %d settings (sign test, one-sided: p = %s).",
			s.base+a2i, s.base, s.above, s.settings, probabilityDecimals.probability(s.p)))
	}
	return out
}

// gainSheet has a line for each test, and behind them one for each sign test.
func gainSheet(gains []gain, signs []signTest) Sheet {
	rows := [][]string{{"test", "base", "method", "dataset", "target", "n", "gain_mean", "gain_std", "t", "above", "equal", "p"}}
	for _, g := range gains {
		s := Summarize(g.differences)
		t, p := pairedT(g.differences)
		rows = append(rows, []string{"paired t over seeds", g.base, g.row.method, g.row.dataset.Name, g.row.target,
			strconv.Itoa(s.N), formatNumber(s.Mean), formatNumber(s.Std), formatNumber(t), "", "", formatNumber(p)})
	}
	for _, s := range signs {
		rows = append(rows, []string{"sign over settings", s.base, s.base + a2i, "", "",
			strconv.Itoa(s.settings), "", "", "", strconv.Itoa(s.above), strconv.Itoa(s.equal), formatNumber(s.p)})
	}
	return Sheet{Name: "significance", Rows: rows}
}
