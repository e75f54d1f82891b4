package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rationale/onnx/runtime"
)

// session runs the program in a folder of its own.
type session struct {
	t       *testing.T
	program string
	dir     string
	env     []string
}

func newSession(t *testing.T) *session {
	t.Helper()
	program, err := exec.LookPath("rationale") // the test binary, as testscript.Main has installed it
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return &session{t: t, program: program, dir: dir, env: append(os.Environ(),
		runtime.LibraryVariable+"="+library(t), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))}
}

// command is the program with these arguments and its output folder in out.
func (s *session) command(out string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(s.t.Context(), s.program, append(args, "--out", out)...)
	text := &bytes.Buffer{}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, text, text
	return cmd, text
}

// mustRun runs the program to its end, which must be a good one.
func (s *session) mustRun(out string, args ...string) time.Duration {
	s.t.Helper()
	cmd, text := s.command(out, args...)
	started := time.Now()
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return time.Since(started)
}

// longRun would take minutes; it is never allowed to.
var longRun = []string{"train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=100000", "--set", "hidden=6"}

// TestInterrupt: the first signal ends a run in good order, with exit code
// 130 and a word on how to go on.
func TestInterrupt(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		s := newSession(t)
		cmd, text := s.command("out", longRun...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitForWork(t, filepath.Join(s.dir, "out", "store", "work"))
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%v: exit code %d, want %d\n%s", sig, code, exitInterrupted, text)
		}
		if !strings.Contains(text.String(), "the same command goes on from here") {
			t.Errorf("%v: the program said\n%s", sig, text)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%v: it took %v to stop", sig, took)
		}
	}
}

// TestSecondSignal: a model that never returns, and never looks whether it
// should stop, holds the program up after the first signal. The second one
// ends it.
func TestSecondSignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, ended := startEndless(t)
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
			t.Fatalf("%v: exit code %d: the model is not endless", sig, cmd.ProcessState.ExitCode())
		case <-time.After(500 * time.Millisecond):
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatalf("%v: still running", sig)
		}
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%v: exit code %d, want %d", sig, code, exitInterrupted)
		}
	}
}

// startEndless starts the program endless and waits until it is in its loop.
func startEndless(t *testing.T) (cmd *exec.Cmd, ended <-chan struct{}) {
	t.Helper()
	model := filepath.Join(t.TempDir(), "endless.onnx")
	if err := os.WriteFile(model, endlessLoop().Model(), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), "endless", model)
	cmd.Env, cmd.Stderr = newSession(t).env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // the exit code is looked at
	}()
	return cmd, done
}

// endless is a program that runs the model in the file that it is given, and
// says so once it is at it.
func endless() {
	ctx, stop := interruptible(context.Background())
	defer stop()
	err := runModel(ctx, os.Args[1])
	fmt.Fprintln(os.Stderr, "the model came to an end:", err)
	os.Exit(exitCode(err))
}

func runModel(ctx context.Context, path string) error {
	_, err := askModel(ctx, path, []int64{1}, func() {
		go func(before time.Duration) {
			for computed() < before+500*time.Millisecond {
				time.Sleep(10 * time.Millisecond)
			}
			fmt.Println("at it") // nothing else here computes for that long
		}(computed())
	})
	return err
}

// computed is how long this process has computed so far.
func computed() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano())
}

// TestSecondProcess: while one process works in a store, another that has
// something to write says who that is and waits, until it is stopped; one that only
// asks is answered.
func TestSecondProcess(t *testing.T) {
	s := newSession(t)
	first, _ := s.command("out", longRun...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	defer first.Wait()
	defer first.Process.Kill()
	waitForWork(t, filepath.Join(s.dir, "out", "store", "work"))
	second, text := s.command("out", append(longRun, "--seed", "2")...)
	second.Stderr = nil
	told, err := second.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	waiting := fmt.Sprintf(`held by"="process %d"`, first.Process.Pid)
	for said := bufio.NewScanner(told); said.Scan() && !strings.Contains(said.Text(), waiting); {
		fmt.Fprintln(text, said.Text())
	}
	s.mustRun("out", "list", "runs")
	if err := second.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = second.Wait() // the exit code is looked at
	if code := second.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, text)
	}
}

// waitForWork waits until the training has left resume state.
func waitForWork(t *testing.T, dir string) {
	t.Helper()
	for range 1200 {
		if found, err := filepath.Glob(filepath.Join(dir, "train-*", "*")); err == nil && len(found) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nothing in %s after a minute", dir)
}
