package experiments

import (
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/graphs"
)

// newTestLab plans on the generated data alone; the library has to be there,
// since its digest is part of every run's identity.
func newTestLab(t *testing.T, o Options) *Lab {
	t.Helper()
	o.Data = t.TempDir()
	l, err := NewLab(o)
	if err != nil {
		t.Fatalf("run `make library` first: %v", err)
	}
	return l
}

func TestExperimentFilesNameWhatExists(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no experiments")
	}
	for _, e := range all {
		trained := map[string]bool{}
		for _, r := range e.Runs {
			if _, err := rationalizer.Lookup(r.Method); err != nil {
				t.Errorf("%s: %v", e.Name, err)
			}
			trained[r.Method] = true
		}
		for _, f := range e.Figures {
			for _, line := range linesOf(t, f.Spec) {
				if !trained[line.Selector["method"]] {
					t.Errorf("%s draws line %q of %q, which it does not train", e.Name, line.Name, line.Selector["method"])
				}
			}
		}
		for _, table := range e.Tables {
			if spec, ok := table.Spec.(*plots.MethodsSpec); ok && slices.ContainsFunc(spec.Methods, func(m string) bool { return !trained[m] }) {
				t.Errorf("%s has rows for %q, not all of which it trains", e.Name, spec.Methods)
			}
		}
		for _, c := range e.claims() {
			if !trained[c.Selector["method"]] {
				t.Errorf("%s claims %q of %q, which it does not train", e.Name, c.Quantity, c.Selector["method"])
			}
		}
	}
}

// TestLinesFindTheirRuns: on data of either unit, every line of a figure about attacks
// is of a run that is planned.
func TestLinesFindTheirRuns(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	claims := l.sources["generated-palate"]
	claims.query = true
	l.sources[claims.name] = claims
	b, err := l.Reproduce([]string{"all"}, "generated-aroma", claims.name)
	if err != nil {
		t.Fatal(err)
	}
	units := map[string]rationalizer.Unit{"generated-aroma": rationalizer.Word, claims.name: rationalizer.Sentence}
	attacks := slices.DeleteFunc(b.Experiments, func(p Planned) bool { return !p.attacks() })
	if len(attacks) == 0 {
		t.Fatal("no experiment is about attacks")
	}
	for _, p := range attacks {
		for dataset, unit := range units {
			of := slices.DeleteFunc(slices.Clone(p.Runs), func(r *Run) bool { return r.Labels["dataset"] != dataset })
			for _, r := range of {
				if got := r.Graphs.Stage.Params().(graphs.Params).Unit; got != unit {
					t.Errorf("%s selects by %q on %s, want %q", p.Name, got, dataset, unit)
				}
			}
			for _, f := range p.Figures {
				for _, line := range linesOf(t, f.Spec) {
					if !slices.ContainsFunc(of, func(r *Run) bool { return isOf(r.Labels, line.Selector) }) {
						t.Errorf("%s has no run on %s for the line %s", p.Name, dataset, line.Selector)
					}
				}
			}
		}
	}
}

// isOf tells that a run has the labels that a selector asks for.
func isOf(labels plots.Labels, s plots.Selector) bool {
	return !slices.ContainsFunc(plots.Keys(), func(k plots.Key) bool {
		want, asked := s[k.Name]
		return asked && labels[k.Name] != want
	})
}

func TestReproducePlansEachRunOnce(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke", Seeds: 2})
	b, err := l.Reproduce([]string{"a2i-fig3", "a2i-fig6"})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := engine.NewPlan(b.Targets...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, s := range plan.Steps() {
		seen[s.Label]++
	}
	for label, n := range seen {
		if n > 1 {
			t.Errorf("%q is planned %d times", label, n)
		}
	}
	// Figure 6: two methods, three aspects; Figure 3: two methods on aroma.
	if trained := countPrefix(plan, "train "); trained != 2*(2*3+2) {
		t.Errorf("%d runs are trained, want 16", trained)
	}
	if len(b.Notes) == 0 || !strings.Contains(b.Notes[0], " min ") {
		t.Errorf("no estimate in %q", b.Notes)
	}
}

func countPrefix(plan *engine.Plan, prefix string) int {
	n := 0
	for _, s := range plan.Steps() {
		if strings.HasPrefix(s.Label, prefix) {
			n++
		}
	}
	return n
}

func TestReaderIsTheClassifierOfTheFigure(t *testing.T) {
	l := newTestLab(t, Options{})
	probe, err := l.Run(RunSpec{Method: "random patterns", Dataset: "generated-aroma", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	classifier, err := l.Run(RunSpec{Method: "classifier", Dataset: "generated-aroma", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := engine.NewPlan(probe.Evaluate, classifier.Evaluate)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(probe.Train.Inputs, func(in engine.Input) bool { return in.Role == "reader" })
	if i < 0 {
		t.Fatal("the probe has no reader")
	}
	if got, want := plan.ID(probe.Train.Inputs[i].From), plan.ID(classifier.Train); got != want {
		t.Errorf("the reader is %s, the figure's classifier %s", got, want)
	}
}

func TestOneSettingChangesItsConeOnly(t *testing.T) {
	l := newTestLab(t, Options{})
	base := RunSpec{Method: "RNP", Dataset: "generated-aroma", Seed: 1}
	for _, tc := range []struct {
		set                 string
		data, graphs, train bool // whether it changes
	}{
		{"epochs=7", false, false, true},
		{"sparsity=0.3", false, false, true},
		{"lambda_coherence=3", false, false, true},
		{"dropout=0.3", false, true, true},
		{"attack=false", false, true, true},
		{"max_length=64", true, true, true},
		{"draws=2", false, false, false},
	} {
		key, value, _ := strings.Cut(tc.set, "=")
		changed := base
		changed.Set = map[string]string{key: value}
		a, b := identities(t, l, base), identities(t, l, changed)
		for i, want := range []bool{tc.data, tc.graphs, tc.train, true} {
			if (a[i] != b[i]) != want {
				t.Errorf("%s: stage %d changes: %v, want %v", tc.set, i, a[i] != b[i], want)
			}
		}
	}
}

// TestSeedsShareGraphs: another seed draws other weights for the same graphs.
func TestSeedsShareGraphs(t *testing.T) {
	l := newTestLab(t, Options{})
	a := identities(t, l, RunSpec{Method: "RNP", Dataset: "generated-aroma", Seed: 1})
	b := identities(t, l, RunSpec{Method: "RNP", Dataset: "generated-aroma", Seed: 2})
	if a[0] != b[0] || a[1] != b[1] || a[2] == b[2] {
		t.Errorf("seed 1: %v, seed 2: %v", a, b)
	}
}

// identities are those of data, graphs, training and evaluation.
func identities(t *testing.T, l *Lab, spec RunSpec) [4]string {
	t.Helper()
	r, err := l.Run(spec)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := engine.NewPlan(r.Evaluate)
	if err != nil {
		t.Fatal(err)
	}
	return [4]string{plan.ID(r.Data), plan.ID(r.Graphs), plan.ID(r.Train), plan.ID(r.Evaluate)}
}

func TestUnknownNames(t *testing.T) {
	l := newTestLab(t, Options{})
	for _, tc := range []struct {
		spec RunSpec
		want string
	}{
		{RunSpec{Method: "RMP", Dataset: "generated-aroma"}, "RNP+A2I"},
		{RunSpec{Method: "RNP", Dataset: "beers"}, "generated-aroma"},
		{RunSpec{Method: "RNP", Dataset: "generated-aroma", Encoder: "lstm"}, "gru"},
	} {
		if _, err := l.Run(tc.spec); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: error %v, want one with %q", tc.spec, err, tc.want)
		}
	}
	if _, err := l.Reproduce([]string{"a2i-fig5"}); err == nil || !strings.Contains(err.Error(), `did you mean "a2i-fig`) {
		t.Errorf("unknown experiment: %v", err)
	}
}

// linesOf are the lines, or the bars, of a figure.
func linesOf(t *testing.T, spec plots.FigureSpec) []plots.LineSpec {
	t.Helper()
	switch s := spec.(type) {
	case *plots.CurvesSpec:
		return s.Lines
	case *plots.BarsSpec:
		return s.Lines
	case *plots.SweepSpec:
		return s.Lines
	}
	t.Fatalf("no lines are known of a %T", spec)
	return nil
}
