package train_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/stages"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

// TestResumes stops runs at many places and lets them go on from what is left.
func TestResumes(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "random patterns", "NIR+A2I", "DR", "CR"} {
		t.Run(method, func(t *testing.T) {
			in := inputs(t, stagetest.Small(method))
			whole := stagetest.Run(t, newStage(params(t, in)), in)
			// In the middle of each epoch, and behind its last batch.
			for _, at := range []int64{1, 41, 80, 81, 120} {
				stagetest.SameFiles(t, broken(t, in, at), whole)
			}
		})
	}
}

// TestResumesWithTables: those of words are part of the state where they learn, and of
// the classifier that reads with the model.
func TestResumesWithTables(t *testing.T) {
	p := stagetest.OnBERT(t, "random patterns")
	p.BERT.TrainTables = true
	in := inputs(t, p)
	whole := stagetest.Run(t, newStage(params(t, in)), in)
	stagetest.SameFiles(t, broken(t, in, 41), whole)
}

// TestResumesBehindTheLastEpoch loses the output of a run that was done with
// training.
func TestResumesBehindTheLastEpoch(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	env := stagetest.Env(t, in)
	if err := newStage(params(t, in)).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	whole := env.Out
	env.Out = t.TempDir()
	reports := 0
	stagetest.Watch(env, func(int64) { reports++ })
	if err := newStage(params(t, in)).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	stagetest.SameFiles(t, env.Out, whole)
	if reports != 1 {
		t.Errorf("%d reports of progress; want the one of what was done before", reports)
	}
}

// broken stops a run after so many texts and starts it again. It demands that
// no completed epoch is trained twice.
func broken(t *testing.T, in map[string]string, at int64) string {
	t.Helper()
	env := stagetest.Env(t, in)
	stopAt(t, newStage(params(t, in)), env, at)
	if first, want := goOn(t, newStage(params(t, in)), env), (at-1)/stagetest.Train*stagetest.Train; first != want {
		t.Errorf("stopped after %d texts, resumed from %d; want %d", at, first, want)
	}
	return env.Out
}

// stopAt stops a run once so many texts are done, and gives where it stood.
func stopAt(t *testing.T, stage *train.Stage, env *stages.Env, at int64) (stood int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stagetest.Watch(env, func(done int64) {
		if done >= at {
			cancel()
			stood = done
		}
	})
	if err := stage.Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped after %d texts: %v", at, err)
	}
	return stood
}

// goOn lets a stopped run go on to its end, and gives where it began.
func goOn(t *testing.T, stage *train.Stage, env *stages.Env) int64 {
	t.Helper()
	first := int64(-1)
	stagetest.Watch(env, func(done int64) {
		if first < 0 {
			first = done
		}
	})
	if err := stage.Run(context.Background(), env); err != nil {
		t.Fatalf("resumed: %v", err)
	}
	return first
}

// TestDamagedStateStartsOver changes the saved state in several ways.
func TestDamagedStateStartsOver(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	whole := stagetest.Run(t, newStage(params(t, in)), in)
	for name, damage := range map[string]func([]byte) []byte{
		"cut":               func(b []byte) []byte { return b[:len(b)/2] },
		"empty":             func([]byte) []byte { return nil },
		"a bit in a moment": func(b []byte) []byte { b[len(b)-3] ^= 4; return b },
		"a digit of the progress": func(b []byte) []byte {
			return bytes.Replace(b, []byte(`\"steps\":3`), []byte(`\"steps\":4`), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := stagetest.Env(t, in)
			path := stopAfterFirstEpoch(t, in, env)
			saved := read(t, env.Work, filepath.Base(path))
			damaged := damage(bytes.Clone(saved))
			if bytes.Equal(damaged, saved) {
				t.Fatal("the test did no damage")
			}
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			env.Log = slog.New(slog.NewTextHandler(&log, nil))
			if err := newStage(params(t, in)).Run(context.Background(), env); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(log.String(), "starting over") {
				t.Errorf("no warning in %q", &log)
			}
			stagetest.SameFiles(t, env.Out, whole)
		})
	}
}

// stopAfterFirstEpoch gives the path of what the run saved.
func stopAfterFirstEpoch(t *testing.T, in map[string]string, env *stages.Env) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stagetest.Watch(env, func(done int64) {
		if done > stagetest.Train {
			cancel()
		}
	})
	if err := newStage(params(t, in)).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	saved, err := filepath.Glob(filepath.Join(env.Work, "*"))
	if err != nil || len(saved) != 1 {
		t.Fatalf("saved %v, %v", saved, err)
	}
	return saved[0]
}
