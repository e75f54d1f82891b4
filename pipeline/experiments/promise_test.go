package experiments

import (
	"context"
	"runtime"
	"testing"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/figure"
)

// TestQuickProfileShowsThePapersEffects trains what Figures 3 and 6 are made of
// on one aspect, shorter than the profile does: an attacker gets the better of
// RNP and not of RNP+A2I, and a predictor learns random selections by heart that
// tell nothing about other texts. No number of an earlier run is looked at.
func TestQuickProfileShowsThePapersEffects(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for two minutes")
	}
	t.Parallel()
	l := newTestLab(t, Options{Profile: "quick"})
	plan := func(method string, set map[string]string) *Run {
		r, err := l.Run(RunSpec{Method: method, Dataset: "generated-aroma", Seed: 1, Set: set})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	shorter := map[string]string{"epochs": "14"}
	rnp, a2i := plan("RNP", shorter), plan("RNP+A2I", shorter)
	patterns := plan("random patterns", map[string]string{"sparsity": "0.1"})
	curves := trained(t, rnp, a2i, patterns)

	// Training texts are many, so their rates are steady enough for a margin.
	for split, margin := range map[string]float64{"train": .04, "dev": 0} {
		attacked, instructed := curves.end(t, rnp, split, "asr"), curves.end(t, a2i, split, "asr")
		if attacked <= instructed+margin || instructed < .4 || instructed > .6 {
			t.Errorf("%s: the attacker succeeds on %.3f of RNP's texts and on %.3f of RNP+A2I's; expected more, and chance", split, attacked, instructed)
		}
	}
	learnt, carried := curves.end(t, patterns, "train", "accuracy"), curves.end(t, patterns, "dev", "accuracy")
	if learnt < carried+.25 {
		t.Errorf("random patterns: accuracy %.3f in training and %.3f on other texts; expected much more in training", learnt, carried)
	}
	if reader := curves.end(t, patterns, "train", "accuracy_r2f"); reader > learnt-.15 {
		t.Errorf("r2f: the full-text classifier reads the label from %.3f of the random selections, the predictor from %.3f; expected far fewer", reader, learnt)
	}
}

// curves are the records of training runs.
type curves map[*Run][]plots.Record

// trained makes the runs, but for their evaluation on test texts.
func trained(t *testing.T, runs ...*Run) curves {
	t.Helper()
	store, err := engine.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var targets []*engine.Node
	for _, r := range runs {
		targets = append(targets, r.Train)
	}
	plan, err := engine.NewPlan(targets...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Run(context.Background(), plan, engine.Options{Store: store, Jobs: runtime.NumCPU()}); err != nil {
		t.Fatal(err)
	}
	out := curves{}
	for _, r := range runs {
		dir, err := store.Path(plan.ID(r.Train))
		if err != nil {
			t.Fatal(err)
		}
		if out[r], err = figure.ReadRun(dir, r.Labels); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// end is a curve's mean over the last three epochs.
func (c curves) end(t *testing.T, r *Run, split, metric string) float64 {
	t.Helper()
	points, err := plots.SummarizeEpochs(plots.Filter(c[r], plots.Selector{"split": split, "metric": metric}))
	if err != nil || len(points) < 3 {
		t.Fatalf("%s, %s: %d epochs, error %v", split, metric, len(points), err)
	}
	sum := 0.0
	for _, p := range points[len(points)-3:] {
		sum += p.Mean
	}
	return sum / 3
}
