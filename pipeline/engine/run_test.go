package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rationale/pipeline/engine/progress"
	"rationale/stages"
)

// writer is a stage that calls a function on its output folder.
type writer struct{ write func(out string) error }

func (writer) Name() string                                   { return "writer" }
func (writer) Version() int                                   { return 1 }
func (writer) Params() any                                    { return struct{}{} }
func (w writer) Run(_ context.Context, env *stages.Env) error { return w.write(env.Out) }

func TestJobsRunInParallel(t *testing.T) {
	for jobs := 1; jobs <= 4; jobs++ {
		synctest.Test(t, func(t *testing.T) {
			s, g := newStore(t), newGraph(shapes["join"], newRaw(t))
			var now, most atomic.Int32
			g.onStep(func(context.Context, string, int) error {
				most.Store(max(most.Load(), now.Add(1)))
				defer now.Add(-1)
				time.Sleep(time.Second)
				return nil
			})
			if _, err := Run(t.Context(), g.plan(t), Options{Store: s, Jobs: jobs}); err != nil {
				t.Fatal(err)
			}
			if want := int32(min(jobs, 3)); most.Load() != want {
				t.Errorf("%d jobs: at most %d stages ran at a time, want %d", jobs, most.Load(), want)
			}
		})
	}
}

// TestThreadsAreShared by the stages that run at the same time: one by itself has all.
func TestThreadsAreShared(t *testing.T) {
	for _, tc := range []struct {
		shape         string
		threads, jobs int
		want          map[string]int
	}{
		{"chain", 8, 4, map[string]int{"a": 8, "b": 8, "c": 8}},
		{"chain", 0, 1, map[string]int{"a": runtime.NumCPU(), "b": runtime.NumCPU(), "c": runtime.NumCPU()}},
		{"join", 8, 4, map[string]int{"a": 2, "b": 2, "c": 2, "d": 8}},
		{"fan-out", 8, 2, map[string]int{"a": 8, "b": 4, "c": 4, "d": 4}},
		{"fan-out", 2, 3, map[string]int{"a": 2, "b": 1, "c": 1, "d": 1}},
	} {
		t.Run(fmt.Sprintf("%s, %d threads, %d jobs", tc.shape, tc.threads, tc.jobs), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, g := newStore(t), newGraph(shapes[tc.shape], newRaw(t))
				g.onStep(func(context.Context, string, int) error {
					time.Sleep(time.Second)
					return nil
				})
				report, err := Run(t.Context(), g.plan(t), Options{Store: s, Threads: tc.threads, Jobs: tc.jobs})
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]int{}
				for _, log := range report.Made {
					got[strings.TrimPrefix(log.Label, "make ")] = log.Threads
				}
				if d := cmp.Diff(tc.want, got); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			})
		})
	}
}

func TestStagesStartInPlanOrder(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["fan-out"], newRaw(t))
	if _, err := Run(t.Context(), g.plan(t), Options{Store: s, Jobs: 1}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(g.ran.started, " "); got != "a b c d" {
		t.Errorf("order %s", got)
	}
}

// TestFirstErrorStopsTheRest: a stage beside the failed one is cancelled and
// not blamed, and nothing further starts.
func TestFirstErrorStopsTheRest(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["join"], newRaw(t))
	bRuns := make(chan struct{})
	g.onStep(func(ctx context.Context, name string, _ int) error {
		if name == "a" {
			<-bRuns
			return errToy
		}
		close(bRuns)
		<-ctx.Done()
		return ctx.Err()
	})
	p := g.plan(t)
	_, err := Run(t.Context(), p, Options{Store: s, Jobs: 2})
	wantStageError(t, err, p, g, "a", errToy.Error())
	if got := g.ran.take(); len(got) != 2 {
		t.Errorf("stages %v started, want a and b", got)
	}
}

func TestErrorsAreJoined(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["join"], newRaw(t))
	g.onStep(func(_ context.Context, name string, _ int) error { return errToy })
	_, err := Run(t.Context(), g.plan(t), Options{Store: s, KeepGoing: true})
	if err == nil || strings.Count(err.Error(), "toy trouble") != 3 {
		t.Errorf("error %v, want those of a, b and c", err)
	}
}

// TestCancelIsPrompt: stages that heed their context end at once.
func TestCancelIsPrompt(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	ctx, cancel := context.WithCancel(t.Context())
	g.onStep(func(ctx context.Context, _ string, _ int) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	begun := time.Now()
	_, err := Run(ctx, g.plan(t), Options{Store: s})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted with 0 of 3 stages done") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestStragglerKeepsTheLock: a stage that does not heed its context is left
// behind after the grace time, and no one else may write beside it.
func TestStragglerKeepsTheLock(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	ctx, cancel := context.WithCancel(t.Context())
	release, ended := make(chan struct{}), make(chan struct{})
	g.onStep(func(context.Context, string, int) error {
		cancel()
		<-release
		defer close(ended)
		return errToy
	})
	_, err := Run(ctx, g.plan(t), Options{Store: s, Grace: 20 * time.Millisecond})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "not stopped after 20ms: make a") {
		t.Errorf("error %v", err)
	}
	_, err = Run(t.Context(), g.plan(t), Options{Store: openStore(t, s.Dir())})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("second run beside the straggler: %v", err)
	}
	close(release)
	<-ended
}

func TestDeadlineInterrupts(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	g.onStep(func(ctx context.Context, _ string, _ int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	_, err := Run(ctx, g.plan(t), Options{Store: s})
	var stageErr *StageError
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &stageErr) {
		t.Errorf("error %v", err)
	}
}

func TestCancelBeforeTheStart(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, g.plan(t), Options{Store: s}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(s.Dir()); err == nil {
		t.Error("a run cancelled before its start made the store")
	}
}

func TestGoexitIsAnError(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["single"], newRaw(t))
	g.onStep(func(context.Context, string, int) error {
		runtime.Goexit()
		return nil
	})
	if _, err := Run(t.Context(), g.plan(t), Options{Store: s}); !errors.Is(err, errVanished) {
		t.Errorf("error %v", err)
	}
}

// faulty is an opened folder that cannot be verified.
type faulty struct{ *rawFolder }

func (faulty) Verify() error { panic("boom") }

// TestPanicsBecomeErrors: wherever in a goroutine of the engine's it happens,
// a panic comes back as the run's error and brings its stack.
func TestPanicsBecomeErrors(t *testing.T) {
	for name, plant := range map[string]func(g *graph){
		"in the stage": func(g *graph) {
			g.onStep(func(context.Context, string, int) error { panic("boom") })
		},
		"behind the stage": func(g *graph) {
			g.nodes["a"].Inputs[0].Open = func(string) (stages.Opened, error) { return faulty{&rawFolder{}}, nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, g := newStore(t), newGraph(shapes["single"], newRaw(t))
			plant(g)
			_, err := Run(t.Context(), g.plan(t), Options{Store: s})
			var fault *stages.Panic
			if !errors.As(err, &fault) || strings.Contains(err.Error(), "goroutine") {
				t.Fatalf("error %v", err)
			}
			if fault.Value != "boom" || !strings.Contains(string(fault.Stack), "run_test.go") {
				t.Errorf("%v at\n%s", fault.Value, fault.Stack)
			}
		})
	}
}

// TestDoneNeedsNoInput: a finished plan does not ask for its raw data.
func TestDoneNeedsNoInput(t *testing.T) {
	raw := newRaw(t)
	s, g := newStore(t), newGraph(shapes["chain"], raw)
	mustRun(t, g.plan(t), s)
	if err := os.RemoveAll(raw); err != nil {
		t.Fatal(err)
	}
	if report := mustRun(t, g.plan(t), s); len(report.Made) > 0 {
		t.Errorf("made %v", report.Made)
	}
}

// TestDamageAfterTheCheck: an artifact that goes bad while the run is on is
// not shown to a stage that needs it, and is made anew by the next run.
func TestDamageAfterTheCheck(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["diamond"], newRaw(t))
	p := g.plan(t)
	idOfA := p.ID(g.nodes["a"])
	g.stages["b"].onStep = func(_ context.Context, _ string, step int) error {
		return os.Truncate(filepath.Join(s.artifact(idOfA), "chain.txt"), 1)
	}
	_, err := Run(t.Context(), p, Options{Store: s})
	wantStageError(t, err, p, g, "c", "input from-a: artifact "+idOfA+
		" is damaged: file chain.txt: size 1 instead of 64; the next run makes it anew")
	mustRun(t, p, s)
	contents(t, p, s)
}

func TestRunWithoutStore(t *testing.T) {
	if _, err := Run(t.Context(), newGraph(shapes["single"], ".").plan(t), Options{}); err == nil {
		t.Error("no error")
	}
}

// TestLeftoversAreRemoved: unfinished output goes at the next run, and so does
// the work folder of a stage that was killed just after it was published.
func TestLeftoversAreRemoved(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	p := g.plan(t)
	mustRun(t, p, s)
	leave := []string{
		filepath.Join(s.folder(tmpFolder), "a-0000000000000000", "half.bin"),
		filepath.Join(s.folder(workFolder), p.Steps()[0].ID, "state"),
	}
	keep := filepath.Join(s.folder(workFolder), "b-0000000000000000", "state")
	for _, name := range append(leave, keep) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	g.stages["c"].params.Text = "new"
	mustRun(t, g.plan(t), s)
	for _, name := range leave {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	if _, err := os.Stat(keep); err != nil {
		t.Errorf("resume state of another stage was removed: %v", err)
	}
}

func TestProgressOfARun(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	mustRun(t, g.plan(t), s)
	g.stages["b"].params.Text = "new"
	var out bytes.Buffer
	_, err := Run(t.Context(), g.plan(t), Options{Store: s, Progress: progress.New(progress.Options{Writer: &out})})
	want := "[1/3] start make b\n[2/3] done make b (0s)\n[2/3] start make c\n[3/3] done make c (0s)\n"
	if err != nil || out.String() != want {
		t.Errorf("%v, progress\n%swant\n%s", err, &out, want)
	}
}
