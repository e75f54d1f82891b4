package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMatrix puts every graph shape through everything that can happen to a
// run. Behaviours that happen at one stage do so at each stage in turn.
func TestMatrix(t *testing.T) {
	each := func(f func(*testing.T, shape, string)) func(*testing.T, shape) {
		return func(t *testing.T, sh shape) {
			for _, name := range sh.names() {
				t.Run("at "+name, func(t *testing.T) { f(t, sh, name) })
			}
		}
	}
	behaviours := map[string]func(*testing.T, shape){
		"fresh run":         freshRun,
		"nothing to do":     nothingToDo,
		"check writes none": checkWritesNothing,
		"input byte":        inputByteChanged,
		"parameter":         each(parameterChanged),
		"version":           each(versionRaised),
		"interrupted":       each(interrupted),
		"stage error":       each(stageFails),
		"keep going":        each(keepsGoing),
		"panic":             each(stagePanics),
		"damage":            each(artifactDamaged),
	}
	for name, sh := range shapes {
		for what, behave := range behaviours {
			t.Run(name+"/"+what, func(t *testing.T) { behave(t, sh) })
		}
	}
}

func freshRun(t *testing.T, sh shape) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	p := g.plan(t)
	for _, d := range mustCheck(t, p, s) {
		if !d.Run || d.Reason != neverRun {
			t.Errorf("before the run: %+v", d)
		}
	}
	report := mustRun(t, p, s)
	if len(report.Made) != len(sh) {
		t.Errorf("made %d artifacts, want %d", len(report.Made), len(sh))
	}
	want := slices.Sorted(slices.Values(sh.names()))
	if diff := cmp.Diff(want, g.ran.take()); diff != "" {
		t.Errorf("stages that ran (-want +got):\n%s", diff)
	}
	contents(t, p, s)
	for _, folder := range []string{tmpFolder, workFolder} {
		if left, _ := os.ReadDir(s.folder(folder)); len(left) > 0 {
			t.Errorf("%s is left with %v", folder, left)
		}
	}
	for _, step := range p.Steps() {
		if l, ok, err := s.Log(step.ID); !ok || err != nil || l.Threads < 1 || l.Threads > 2 || l.Jobs != 2 {
			t.Errorf("log of %s: %+v %v %v", step.ID, l, ok, err)
		}
	}
}

func nothingToDo(t *testing.T, sh shape) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	mustRun(t, g.plan(t), s)
	g.ran.take()
	before := treeState(t, s.Dir())

	report := mustRun(t, g.plan(t), openStore(t, s.Dir()))
	if len(report.Made) > 0 || len(g.ran.take()) > 0 {
		t.Errorf("the second run made %v", report.Made)
	}
	if diff := cmp.Diff(before, treeState(t, s.Dir())); diff != "" {
		t.Errorf("the second run changed the store:\n%s", diff)
	}
}

func checkWritesNothing(t *testing.T, sh shape) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	mustCheck(t, g.plan(t), s)
	if _, err := os.Stat(s.Dir()); err == nil {
		t.Error("Check made the store's folder")
	}
	mustRun(t, g.plan(t), s)
	g.stages["a"].params.Text = "other"
	before := treeState(t, s.Dir())
	mustCheck(t, g.plan(t), openStore(t, s.Dir()))
	if diff := cmp.Diff(before, treeState(t, s.Dir())); diff != "" {
		t.Errorf("Check changed the store:\n%s", diff)
	}
}

func parameterChanged(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	mustRun(t, g.plan(t), s)
	g.ran.take()
	g.stages[at].params.Text = "other text"

	wantCone(t, sh, g, s, at, fmt.Sprintf("parameter Text changed: %q → %q", "text of "+at, "other text"))
}

func versionRaised(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	mustRun(t, g.plan(t), s)
	g.ran.take()
	g.stages[at].version = 2

	wantCone(t, sh, g, s, at, "stage version 1 → 2")
}

// wantCone expects that the stage at and all that depend on it run again, at
// for the given reason and the others because an input changed.
func wantCone(t *testing.T, sh shape, g *graph, s *Store, at, why string) {
	t.Helper()
	p := g.plan(t)
	for _, d := range mustCheck(t, p, s) {
		switch {
		case d.Stage == at && d.Reason != why:
			t.Errorf("reason %q, want %q", d.Reason, why)
		case d.Stage != at && d.Run && !strings.HasPrefix(d.Reason, "input from-"):
			t.Errorf("reason of %s: %q, want a changed input", d.Stage, d.Reason)
		}
	}
	mustRun(t, p, s)
	if diff := cmp.Diff(sh.cone(at), g.ran.take()); diff != "" {
		t.Errorf("stages that ran (-want +got):\n%s", diff)
	}
}

func inputByteChanged(t *testing.T, sh shape) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	mustRun(t, g.plan(t), s)
	changed := rawDigest[:63] + "b"
	for _, n := range g.order {
		if n.Inputs[0].Dir != "" {
			n.Inputs[0].Digest = changed
		}
	}
	for _, d := range mustCheck(t, g.plan(t), s) {
		if !d.Run || !strings.HasPrefix(d.Reason, "input ") || !strings.HasSuffix(d.Reason, " changed") {
			t.Errorf("%+v", d)
		}
	}
}

// interrupted stops the run in the middle of one stage and starts it again.
func interrupted(t *testing.T, sh shape, at string) {
	raw := newRaw(t)
	unbroken, whole := newGraph(sh, raw), newStore(t)
	mustRun(t, unbroken.plan(t), whole)

	g, s := newGraph(sh, raw), newStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g.onStep(func(ctx context.Context, name string, step int) error {
		if name == at && step == 2 {
			cancel()
		}
		return ctx.Err()
	})
	_, err := Run(ctx, g.plan(t), Options{Store: s, Jobs: 2})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted with") {
		t.Fatalf("error of an interrupted run: %v", err)
	}
	g.onStep(nil)
	p := g.plan(t)
	mustRun(t, p, s)
	if from := g.ran.from[at]; from != 2 {
		t.Errorf("stage %s went on from step %d, want 2", at, from)
	}
	if diff := cmp.Diff(contents(t, unbroken.plan(t), whole), contents(t, p, s)); diff != "" {
		t.Errorf("artifacts differ from an unbroken run's:\n%s", diff)
	}
}

var errToy = errors.New("toy trouble")

func failAt(at string) func(context.Context, string, int) error {
	return func(_ context.Context, name string, step int) error {
		if name == at && step == 1 {
			return errToy
		}
		return nil
	}
}

func stageFails(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	p := g.plan(t)
	g.onStep(failAt(at))
	_, err := Run(context.Background(), p, Options{Store: s})
	wantStageError(t, err, p, g, at, errToy.Error())
	if !errors.Is(err, errToy) {
		t.Errorf("%v does not wrap its cause", err)
	}
	// In a plan's order with one job, all before the failed stage is done.
	before := sh.names()[:slices.Index(sh.names(), at)]
	for _, name := range before {
		if _, err := s.Verify(p.ID(g.nodes[name])); err != nil {
			t.Errorf("%s did not survive the failure of %s: %v", name, at, err)
		}
	}
	g.onStep(nil)
	mustRun(t, p, s)
}

func wantStageError(t *testing.T, err error, p *Plan, g *graph, at, cause string) {
	t.Helper()
	var stageErr *StageError
	if !errors.As(err, &stageErr) {
		t.Fatalf("error %v is not a StageError", err)
	}
	want := fmt.Sprintf("stage %s failed (make %s, %s): %s", at, at, p.ID(g.nodes[at]), cause)
	if err.Error() != want {
		t.Errorf("error\n got %s\nwant %s", err, want)
	}
}

func keepsGoing(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	p := g.plan(t)
	g.onStep(failAt(at))
	report, err := Run(context.Background(), p, Options{Store: s, Jobs: 3, KeepGoing: true})
	wantStageError(t, err, p, g, at, errToy.Error())
	if want := len(sh) - len(sh.cone(at)); len(report.Made) != want {
		t.Errorf("made %d artifacts, want the %d that do not need %s", len(report.Made), want, at)
	}
}

func stagePanics(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	p := g.plan(t)
	g.onStep(func(_ context.Context, name string, step int) error {
		if name == at && step == 1 {
			panic("out of range")
		}
		return nil
	})
	_, err := Run(context.Background(), p, Options{Store: s})
	wantStageError(t, err, p, g, at, "panic: out of range")
}

func artifactDamaged(t *testing.T, sh shape, at string) {
	g, s := newGraph(sh, newRaw(t)), newStore(t)
	p := g.plan(t)
	mustRun(t, p, s)
	g.ran.take()
	before := contents(t, p, s)
	id := p.ID(g.nodes[at])
	flipByte(t, filepath.Join(s.artifact(id), "chain.txt"))

	s = openStore(t, s.Dir())
	decisions := mustCheck(t, p, s)
	if diff := cmp.Diff([]string{at}, toRun(decisions)); diff != "" {
		t.Errorf("to run (-want +got):\n%s", diff)
	}
	for _, d := range decisions {
		if d.Run && !strings.HasPrefix(d.Reason, "artifact damaged: file chain.txt: digest ") {
			t.Errorf("reason: %q", d.Reason)
		}
	}
	mustRun(t, p, s)
	if diff := cmp.Diff([]string{at}, g.ran.take()); diff != "" {
		t.Errorf("stages that ran (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, contents(t, p, s)); diff != "" {
		t.Errorf("the new artifact is not as the old one was:\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(s.folder(damagedFolder), id, "chain.txt")); err != nil {
		t.Errorf("the damaged artifact was not kept: %v", err)
	}
}

func flipByte(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
