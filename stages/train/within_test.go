package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

// short are the settings of a run with five batches an epoch.
func short(t testing.TB, in map[string]string) train.Params {
	p := params(t, in)
	p.Epochs, p.Batch = 2, 8
	return p
}

// kinds are exports with different things to measure within an epoch and
// different ways of grouping its batches.
func kinds() map[string]graphs.Params {
	attacked, padded, trimmed := stagetest.Small("RNP+A2I"), stagetest.Small("RNP"), stagetest.Small("RNP")
	padded.StepsPerRun, padded.Hyper.Padding = 3, rationalizer.Paper
	trimmed.StepsPerRun = 2
	return map[string]graphs.Params{
		"attacked": attacked, "with a reader": stagetest.Small("random patterns"),
		"replaced words": stagetest.Small("NIR"), "three steps a run": padded, "two steps a run, trimmed": trimmed,
	}
}

// TestResumesWithinEpochs stops runs after any number of batches. They go on
// from there, not from the epoch's beginning, and come to the bytes of a run
// that nobody stopped and that never saved within an epoch.
func TestResumesWithinEpochs(t *testing.T) {
	for name, p := range kinds() {
		t.Run(name, func(t *testing.T) {
			in := inputs(t, p)
			whole := stagetest.Run(t, newStage(short(t, in)), in)
			until, stops := int64(stagetest.Train), 0
			if name == "attacked" {
				until *= 2 // in the second epoch too, when there is one to choose
			}
			for at := int64(1); at <= until; at = stopAndGoOn(t, in, at, whole) + 1 {
				stops++
			}
			if want := int(until) / 8 / p.StepsPerRun; stops < want {
				t.Errorf("stopped at %d places; want at least %d", stops, want)
			}
		})
	}
}

// stopAndGoOn stops a run once so many texts are done, lets it go on and gives
// where it stood.
func stopAndGoOn(t *testing.T, in map[string]string, at int64, whole string) (stood int64) {
	t.Helper()
	env := stagetest.Env(t, in)
	stood = stopAt(t, newStage(short(t, in)).KeepEvery(0), env, at)
	if first := goOn(t, newStage(short(t, in)), env); first != stood {
		t.Errorf("stopped after %d texts, resumed from %d", stood, first)
	}
	stagetest.SameFiles(t, env.Out, whole)
	return stood
}

// TestOlderProgramsRefuse: a program that knew only the ends of epochs looked
// for a digest under "sha256". It finds none in a state within an epoch, whose
// steps it would take twice, and finds it in one behind an epoch.
func TestOlderProgramsRefuse(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	for _, tc := range []struct {
		keep time.Duration
		at   int64
		want bool
	}{{0, stagetest.Train + 8, false}, {time.Hour, stagetest.Train + 8, true}} {
		env := stagetest.Env(t, in)
		ctx, cancel := context.WithCancel(context.Background())
		stagetest.Watch(env, func(done int64) {
			if done >= tc.at {
				cancel()
			}
		})
		if err := newStage(short(t, in)).KeepEvery(tc.keep).Run(ctx, env); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		_, meta, err := safetensors.Read(read(t, env.Work, "resume.safetensors"))
		if _, found := meta["sha256"]; err != nil || found != tc.want {
			t.Errorf("kept every %v: a digest for older programs is %v, want %v (%v)", tc.keep, found, tc.want, err)
		}
	}
}

// TestNothingIsSavedTooOften: within an epoch the state is saved when the time
// has come, and not before.
func TestNothingIsSavedTooOften(t *testing.T) {
	in := inputs(t, stagetest.Small("RNP"))
	env := stagetest.Env(t, in)
	ctx, cancel := context.WithCancel(context.Background())
	stagetest.Watch(env, func(done int64) {
		if done >= stagetest.Train {
			cancel()
		}
	})
	if err := newStage(short(t, in)).KeepEvery(time.Hour).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if saved := stagetest.Files(t, env.Work); len(saved) > 0 {
		t.Errorf("%d files saved before the first epoch's end", len(saved))
	}
}

// childVariable holds, in a process that shall be killed, the run to be made.
const childVariable = "RATIONALE_TEST_TRAINS"

// child is a run in a process of its own.
type child struct {
	Inputs    map[string]string
	Out, Work string
	Params    train.Params
}

// TestEndsAlthoughKilled kills a run with SIGKILL again and again, always
// before an epoch can end: it comes to its end, and to the same bytes.
func TestEndsAlthoughKilled(t *testing.T) {
	if text := os.Getenv(childVariable); text != "" {
		trainUntilKilled(t, text)
		return
	}
	in := inputs(t, stagetest.Small("RNP+A2I"))
	whole := stagetest.Run(t, newStage(short(t, in)), in)
	c := child{in, t.TempDir(), t.TempDir(), short(t, in)}
	lives := 1
	for ; live(t, c); lives++ {
		if lives == 20 {
			t.Fatal("killed 20 times, and not at the end of 10 batches")
		}
	}
	if lives < 5 {
		t.Errorf("killed only %d times", lives-1)
	}
	stagetest.SameFiles(t, c.Out, whole)
}

// live lets the run live once. It is false when it came to its end.
func live(t *testing.T, c child) (killed bool) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	output, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("not killed, but failed: %v\n%s", err, output)
	}
	return err != nil
}

// trainUntilKilled makes a run and kills its own process when two batches
// of it are done.
func trainUntilKilled(t *testing.T, text string) {
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	env := stagetest.Env(t, c.Inputs)
	env.Out, env.Work = c.Out, c.Work
	reports := 0
	stagetest.Watch(env, func(int64) {
		if reports++; reports == 3 { // the first tells what was done before
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	})
	if err := newStage(c.Params).KeepEvery(0).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
}
