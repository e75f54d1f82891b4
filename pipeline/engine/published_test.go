package engine

import (
	"os"
	"strings"
	"testing"
)

// TestPublished: a plan on an artifact of the store is the plan on what made it,
// and makes the rest alone. Without the artifact it fails and says so.
func TestPublished(t *testing.T) {
	s := newStore(t)
	raw := toyNode("raw")
	made := toyNode("made", raw)
	plan, err := NewPlan(made)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), plan, Options{Store: s}); err != nil {
		t.Fatal(err)
	}
	manifest, err := s.Verify(plan.ID(made))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := NewPlan(toyNode("next", made))
	if err != nil {
		t.Fatal(err)
	}
	again := toyNode("next", Published(manifest))
	part, err := NewPlan(again)
	if err != nil {
		t.Fatal(err)
	}
	if want := whole.Steps()[2].ID; part.ID(again) != want || len(part.Steps()) != 2 {
		t.Errorf("%s of %d steps, want %s of 2", part.ID(again), len(part.Steps()), want)
	}
	report, err := Run(t.Context(), part, Options{Store: s})
	if err != nil || len(report.Made) != 1 {
		t.Errorf("made %d artifacts: %v", len(report.Made), err)
	}

	for _, id := range []string{manifest.ID, part.ID(again)} {
		if err := os.RemoveAll(s.artifact(id)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = Run(t.Context(), part, Options{Store: s}); err == nil || !strings.Contains(err.Error(), "no longer there") {
		t.Errorf("without the artifact: %v", err)
	}
}
