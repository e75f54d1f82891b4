package experiments

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/train"
)

// made is a stage of the same identity as another that only writes down what a run
// selects: a law of its seed and its s.
type made struct {
	stages.Stage
	selects func(seed uint64, s float64) float64
}

var errDiverged = errors.New("diverged")

func (m made) Run(_ context.Context, env *stages.Env) error {
	p, ok := m.Params().(train.Params)
	if !ok {
		return os.WriteFile(filepath.Join(env.Out, "file"), []byte(m.Name()), 0o644)
	}
	share := m.selects(p.Seed, p.Scalars[sparsityKey])
	if share < 0 {
		return errDiverged
	}
	record := plots.Record{Stage: "train", Split: "dev", Mask: "sampled", Metric: "sparsity"}
	early, chosen := record, record
	early.Epoch, early.Value = 1, .9
	chosen.Epoch, chosen.Selected, chosen.Value = 2, true, share
	return train.WriteRecords(filepath.Join(env.Out, train.RecordsFile), []plots.Record{early, chosen})
}

// wants is a batch over target sparsities in a store.
type wants struct {
	t       *testing.T
	lab     *Lab
	entry   string
	selects func(seed uint64, s float64) float64
}

func newWants(t *testing.T, selects func(seed uint64, s float64) float64) *wants {
	store, err := engine.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := newTestLab(t, Options{Profile: "quick", Seeds: 2, Store: store})
	l.profile.Searched = nil
	return &wants{t: t, lab: l, selects: selects, entry: "[[runs]]\nmethod = \"RNP\"\ntargets = [0.2]\n"}
}

// batch plans what the store asks for.
func (w *wants) batch() *Batch {
	w.t.Helper()
	b := &Batch{}
	e := toy(w.t, "name = \"toy\"\n"+w.entry)
	if err := w.lab.fill(b, []part{{Experiment: e, datasets: []string{"generated-aroma"}}}); err != nil {
		w.t.Fatal(err)
	}
	return b
}

// make makes targets of the batch, without training.
func (w *wants) make(targets ...*engine.Node) error {
	w.t.Helper()
	seen := map[*engine.Node]bool{}
	var pretend func(n *engine.Node)
	pretend = func(n *engine.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		n.Stage = made{n.Stage, w.selects}
		for _, in := range n.Inputs {
			pretend(in.From)
		}
	}
	for _, n := range targets {
		pretend(n)
	}
	plan, err := engine.NewPlan(targets...)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = engine.Run(context.Background(), plan, engine.Options{Store: w.lab.opts.Store, KeepGoing: true})
	return err
}

// finish makes batches until no search is open.
func (w *wants) finish() (b *Batch, rounds int) {
	w.t.Helper()
	for b = w.batch(); b.Searching(); b = w.batch() {
		if rounds++; rounds > 9 {
			w.t.Fatal("the searches do not end")
		}
		if err := w.make(b.Targets...); err != nil {
			w.t.Fatal(err)
		}
	}
	return b, rounds
}

// tried says of each run which settings were tried, and which was taken.
func tried(b *Batch) map[string]string {
	out := map[string]string{}
	for _, r := range b.Runs {
		var all []string
		for _, a := range r.Search.Attempts {
			all = append(all, a.Labels[sparsityKey])
		}
		out[r.Labels.String()] = fmt.Sprintf("%s: %v", strings.Join(all, " "), r.Settings.Options[sparsityKey])
	}
	return out
}

// artifacts are the names in the store, with what they are called.
func (w *wants) artifacts() []string {
	list, err := w.lab.opts.Store.List()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, m := range list.Manifests {
		out = append(out, m.ID+" "+m.Label)
	}
	return out
}

// selectsMore is a law by which seed 1 misses a target once and seed 2 twice.
func selectsMore(seed uint64, s float64) float64 { return s*(1+.4*float64(seed-1)) + .03 }

// TestTargetsAreSearched: each seed finds an s of its own, and the runs are told apart
// by the target alone.
func TestTargetsAreSearched(t *testing.T) {
	w := newWants(t, selectsMore)
	first := w.batch()
	if !first.Searching() || first.Further != 6 || len(first.Targets) != 2 {
		t.Errorf("at first: searching %v, %d may follow, %d targets", first.Searching(), first.Further, len(first.Targets))
	}
	b, rounds := w.finish()
	want := map[string]string{
		`dataset="generated-aroma", method="RNP", encoder="gru", target="0.2", seed="1"`: "0.2 0.17: 0.17",
		`dataset="generated-aroma", method="RNP", encoder="gru", target="0.2", seed="2"`: "0.2 0.09 0.121: 0.121",
	}
	if diff := cmp.Diff(want, tried(b)); diff != "" || rounds != 3 || b.Further != 0 {
		t.Errorf("after %d rounds, %d may follow: %s", rounds, b.Further, diff)
	}
	if err := w.make(b.Targets...); err != nil {
		t.Fatal(err)
	}
	if labels := w.artifacts(); !slices.ContainsFunc(labels, func(l string) bool {
		return strings.HasSuffix(l, " train RNP on generated-aroma, seed 2, sparsity 0.121")
	}) {
		t.Errorf("runs are called %q", labels)
	}
}

// TestAttemptsAreLimited: a search that may take so many runs settles for the nearest of
// them.
func TestAttemptsAreLimited(t *testing.T) {
	w := newWants(t, selectsMore)
	w.lab.opts.Attempts = 1
	if first := w.batch(); first.Further != 0 {
		t.Errorf("%d attempts may follow", first.Further)
	}
	b, rounds := w.finish()
	for run, got := range tried(b) {
		if got != "0.2: 0.2" || rounds != 1 {
			t.Errorf("%s tried %s in %d rounds", run, got, rounds)
		}
	}
}

// TestSearchesGoOnFromTheStore: whatever part of the work was done before it was
// ended, the rest leads to the same artifacts under the same names.
func TestSearchesGoOnFromTheStore(t *testing.T) {
	whole := newWants(t, selectsMore)
	last, _ := whole.finish()
	if err := whole.make(last.Targets...); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 3))
		w := newWants(t, selectsMore)
		for range 4 {
			done := slices.DeleteFunc(w.nodes(), func(*engine.Node) bool { return random.IntN(2) == 0 })
			if err := w.make(done...); err != nil {
				t.Fatal(err)
			}
		}
		end, _ := w.finish()
		if err := w.make(end.Targets...); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tried(last), tried(end)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.artifacts(), w.artifacts()); diff != "" {
			t.Errorf("undisturbed (-) and interrupted (+):\n%s", diff)
		}
	}
}

// nodes are those of the batch that can be made by themselves.
func (w *wants) nodes() []*engine.Node {
	var out []*engine.Node
	for _, r := range w.batch().Runs {
		out = append(out, r.nodes()...)
	}
	return out
}

// TestDamagedAttempt: a search whose attempt is damaged is open until it is there
// again, and then as it was.
func TestDamagedAttempt(t *testing.T) {
	w := newWants(t, selectsMore)
	before, _ := w.finish()
	store := w.lab.opts.Store
	list, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Manifests {
		if m.Label == "train RNP on generated-aroma, seed 2, sparsity 0.2" {
			file := filepath.Join(store.Dir(), "artifacts", m.ID, train.RecordsFile)
			if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !w.batch().Searching() {
		t.Error("the search does not miss its first attempt")
	}
	after, _ := w.finish()
	if diff := cmp.Diff(tried(before), tried(after)); diff != "" {
		t.Error(diff)
	}
}

// TestMissedTarget: where no attempt reaches the target the nearest is shown, and the
// tables say so.
func TestMissedTarget(t *testing.T) {
	w := newWants(t, func(uint64, float64) float64 { return .26 })
	b, _ := w.finish()
	remarks := b.Experiments[0].remarks()
	want := "No attempt reached the target, and the nearest stands here: RNP on generated-aroma, seed 1 (20 %: with s = 0.2 26.0 %); RNP on generated-aroma, seed 2 (20 %: with s = 0.2 26.0 %)."
	if len(remarks) != 2 || remarks[1] != want {
		t.Errorf("remarks %q", remarks)
	}
	b.Experiments[0].Annotations = true
	if remarks := b.Experiments[0].remarks(); !strings.Contains(remarks[0], "annotated test texts") {
		t.Errorf("remarks %q", remarks)
	}
}

// TestLostAttempt: a search whose attempt fails leaves the batch with all it needs,
// and the others go on.
func TestLostAttempt(t *testing.T) {
	w := newWants(t, func(seed uint64, s float64) float64 {
		if seed == 2 && s < .15 {
			return -1
		}
		return selectsMore(seed, s)
	})
	for range 2 {
		if err := w.make(w.batch().Targets...); err != nil && !errors.Is(err, errDiverged) {
			t.Fatal(err)
		}
	}
	b := w.batch()
	var open []*engine.Node
	for _, r := range b.Runs {
		if r.Search.Open {
			open = append(open, r.Train)
		}
	}
	rest := b.Without(func(n *engine.Node) bool { return slices.Contains(open, n) })
	if len(open) != 1 || rest.Searching() || len(rest.Runs) != 1 || rest.Runs[0].Seed != 1 || len(rest.Targets) != 2 {
		t.Errorf("%d searches are open; left are %d runs and %d targets", len(open), len(rest.Runs), len(rest.Targets))
	}
}

// TestGivenAndSearched: a run of a given s that is also an attempt is trained once,
// and shown as both.
func TestGivenAndSearched(t *testing.T) {
	w := newWants(t, func(_ uint64, s float64) float64 { return s })
	w.entry += "[[runs]]\nmethod = \"RNP\"\nset = { sparsity = 0.2 }\n"
	b, _ := w.finish()
	plan, err := engine.NewPlan(b.Targets...)
	if err != nil {
		t.Fatal(err)
	}
	if n := countPrefix(plan, "train "); n != 2 || len(b.Runs) != 4 {
		t.Errorf("%d runs are trained and %d shown", n, len(b.Runs))
	}
	for _, s := range plan.Steps() {
		if strings.HasPrefix(s.Label, "train") && strings.Contains(s.Label, "sparsity") {
			t.Errorf("the run of a given s is called %q", s.Label)
		}
	}
}

// TestSearchedRunsHaveTheirSize: a profile's settings for runs of a target are those
// of no other run, and give way to the experiment's.
func TestSearchedRunsHaveTheirSize(t *testing.T) {
	w := newWants(t, selectsMore)
	w.lab.profile.Searched = map[string]layer{"generated": {"epochs": int64(3), "batch": int64(8)}, "csv": {}}
	w.entry += "set = { batch = 9 }\n[[runs]]\nmethod = \"FR\"\n"
	for _, r := range w.batch().Runs {
		s, searched := r.Settings, r.Search != nil
		if searched != (s.Epochs == 3) || searched != (s.Batch == 9) || searched != (r.Labels["variant"] == "batch=9") {
			t.Errorf("%s: %d epochs, batches of %d", r.Labels, s.Epochs, s.Batch)
		}
	}
}

// TestTargets: named experiments have all targets, headline ones those of the profile,
// and --target wins; the recorded command asks for the same.
func TestTargets(t *testing.T) {
	for _, tc := range []struct {
		asked   []float64
		profile string
		names   []string
		want    []float64
		command string
	}{
		{nil, "quick", nil, []float64{.2}, "a2i-table1 --profile quick --seeds 1 --target 0.2"},
		{nil, "quick", []string{"methods"}, []float64{.1, .2, .3}, "a2i-table1 a2i-table2 --profile quick --seeds 1"},
		{nil, "paper", nil, []float64{.1, .2, .3}, "a2i-fig3 a2i-fig6 a2i-table1 --profile paper --seeds 3"},
		{[]float64{.1, .3}, "quick", nil, []float64{.1, .3}, "a2i-table1 --profile quick --seeds 1 --target 0.1 --target 0.3"},
	} {
		b, err := newTestLab(t, Options{Profile: tc.profile, Targets: tc.asked}).Reproduce(tc.names)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, r := range b.Runs {
			if r.Search != nil && !slices.Contains(got, r.Search.Target) {
				got = append(got, r.Search.Target)
			}
		}
		if slices.Sort(got); !slices.Equal(got, tc.want) || !strings.HasSuffix(b.command(), tc.command) {
			t.Errorf("%+v: targets %v, %s", tc, got, b.command())
		}
	}
	l := newTestLab(t, Options{Targets: []float64{.15}})
	if _, err := l.Reproduce([]string{"a2i-fig8"}); err == nil || err.Error() != "no experiment here has the target sparsity 0.15; there are [0.1 0.3]" {
		t.Errorf("error %v", err)
	}
}

// TestFiguresOfSomeTargets: what is not trained is not drawn.
func TestFiguresOfSomeTargets(t *testing.T) {
	for _, tc := range []struct {
		targets        []float64
		panels, claims int
	}{{nil, 2, 4}, {[]float64{.3}, 1, 2}} {
		b, err := newTestLab(t, Options{Targets: tc.targets}).Reproduce([]string{"a2i-fig8"}, "generated-aroma")
		if err != nil {
			t.Fatal(err)
		}
		e := b.Experiments[0]
		if panels := len(e.Figures[0].Spec.(*plots.CurvesSpec).Panels); panels != tc.panels || len(e.claims()) != tc.claims {
			t.Errorf("targets %v: %d panels, %d claims", tc.targets, panels, len(e.claims()))
		}
	}
}

// TestBarsOfSomeTargets: a target that is not trained has no group of bars.
func TestBarsOfSomeTargets(t *testing.T) {
	for _, tc := range []struct {
		targets []float64
		want    []string
	}{{nil, []string{"0.1", "0.2", "0.3"}}, {[]float64{.2}, []string{"0.2"}}} {
		b, err := newTestLab(t, Options{Targets: tc.targets}).Reproduce([]string{"a2i-table1"}, "generated-aroma")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range b.Experiments[0].Figures[0].Spec.(*plots.BarsSpec).Groups {
			got = append(got, g.Selector[targetKey])
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("targets %v: groups %v, want %v", tc.targets, got, tc.want)
		}
	}
}
