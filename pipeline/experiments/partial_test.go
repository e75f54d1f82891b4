package experiments

import (
	"slices"
	"testing"

	"rationale/pipeline/engine"
)

// TestWithoutLostRuns: a lost seed takes nothing with it, all seeds of a kind
// of run take its dataset out of the experiment, and all datasets the experiment.
func TestWithoutLostRuns(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke", Seeds: 2})
	b, err := l.Reproduce([]string{"a2i-fig6", "a2i-fig3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name                       string
		lost                       func(r *Run) bool
		experiments, datasets, run int // datasets and runs of figure 6
	}{
		{"nothing", func(*Run) bool { return false }, 2, 3, 12},
		{"a seed", func(r *Run) bool { return r.Dataset == "generated-aroma" && r.Method.Name == "RNP" && r.Seed == 2 }, 2, 3, 11},
		{"a kind of run", func(r *Run) bool { return r.Dataset == "generated-aroma" && r.Method.Name == "RNP" }, 2, 2, 8},
		{"a method", func(r *Run) bool { return r.Method.Name == "random patterns" }, 1, 3, 12},
		{"everything", func(*Run) bool { return true }, 0, 0, 0},
	} {
		var lost []*engine.Node
		for _, r := range b.Runs {
			if tc.lost(r) {
				lost = append(lost, r.Evaluate)
			}
		}
		rest := b.Without(func(n *engine.Node) bool { return slices.Contains(lost, n) })
		datasets, runs := 0, 0
		for _, e := range rest.Experiments {
			if e.Name == "attack-success" {
				datasets, runs = len(e.Datasets), len(e.Runs)
			}
			for _, n := range e.Drawings {
				if len(n.Inputs) != 2*len(e.Runs) {
					t.Errorf("%s: %s is drawn from %d artifacts of %d runs", tc.name, e.Name, len(n.Inputs), len(e.Runs))
				}
			}
		}
		if len(rest.Experiments) != tc.experiments || datasets != tc.datasets || runs != tc.run || len(rest.Runs) != len(b.Runs)-len(lost) {
			t.Errorf("%s: %d experiments, %d datasets, %d runs, %d of all", tc.name, len(rest.Experiments), datasets, runs, len(rest.Runs))
		}
		if drawn := rest.Drawn(func(*engine.Node) bool { return true }); len(drawn.Experiments) > 0 {
			t.Errorf("%s: an experiment without its figures is left", tc.name)
		}
	}
}

// TestWithoutLostAttacks: attacked runs count for the data that was poisoned for them.
func TestWithoutLostAttacks(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke", Seeds: 2})
	b, err := l.Reproduce([]string{"badrnl-fig2"}, "generated-aroma")
	if err != nil {
		t.Fatal(err)
	}
	lost := b.Runs[0].Assess
	rest := b.Without(func(n *engine.Node) bool { return n == lost })
	if len(rest.Experiments) != 1 || len(rest.Experiments[0].Runs) != len(b.Runs)-1 || len(rest.Experiments[0].Datasets) != 1 {
		t.Errorf("of %d runs %d are left after one was lost, in %+v", len(b.Runs), len(rest.Runs), rest.Experiments)
	}
}
