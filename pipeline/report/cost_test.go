package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMeanCost(t *testing.T) {
	m := material("d")
	m.Runs = m.Runs[:3] // RNP with two seeds, RNP+A2I with one
	for i := range m.Runs {
		m.Runs[i].Seconds = float64(10 * (i + 1))
	}
	want := [][]string{{"RNP on d", "2", "20.0 ± 14.1"}, {"RNP+A2I on d", "1", "20.0"}}
	if diff := cmp.Diff(want, m.meanCost().Rows); diff != "" {
		t.Error(diff)
	}
}
