package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sharedRun trains six models at the same time.
var sharedRun = []string{"reproduce", "a2i-fig6", "--dataset", "generated-aroma", "--seeds", "3", "--profile", "smoke", "--jobs", "6"}

// TestTwoProcessesAndAKill: two processes that begin the same work in one folder at
// once share it out. One works and the other waits; when the first is killed amid its
// trainings the second goes on from there, and the first, started again, waits in
// turn. In the end there is what an undisturbed run makes, to the byte, and no stage
// was made twice.
func TestTwoProcessesAndAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("trains twelve models")
	}
	s := newSession(t)
	s.mustRun("whole", sharedRun...)
	a, b := s.begin("shared", sharedRun...), s.begin("shared", sharedRun...)
	store := filepath.Join(s.dir, "shared", "store")
	waitForWork(t, filepath.Join(store, "work"))
	if a.cmd.Process.Pid != holderOf(t, store) {
		a, b = b, a
	}
	if err := a.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Wait(); a.cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process was done before it was killed: %v\n%s", err, a.text)
	}
	again := s.begin("shared", sharedRun...)
	for _, p := range []begun{b, again} {
		if err := p.cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, p.text)
		}
	}

	if diff := cmp.Diff(s.digests("whole"), s.digests("shared")); diff != "" {
		t.Errorf("undisturbed (-) and shared (+) work differ:\n%s", diff)
	}
	wantNothingLeft(t, store)
	wantMadeOnce(t, store, a, b, again)
	if waited := fmt.Sprintf(`held by"="process %d"`, a.cmd.Process.Pid); !strings.Contains(b.text.String(), waited) {
		t.Errorf("the second process did not say for whom it waits:\n%s", b.text)
	}
}

// begun is the program at work, and what it says.
type begun struct {
	cmd  *exec.Cmd
	text *bytes.Buffer
}

func (s *session) begin(out string, args ...string) begun {
	s.t.Helper()
	cmd, text := s.command(out, args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cmd.Process.Kill() }) // it may be done
	return begun{cmd, text}
}

// holderOf is the process that works in a store.
func holderOf(t *testing.T, store string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(store, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// wantNothingLeft wants a store without half-made artifacts and resume state.
func wantNothingLeft(t *testing.T, store string) {
	t.Helper()
	for _, folder := range []string{"tmp", "work"} {
		if left, err := os.ReadDir(filepath.Join(store, folder)); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v %v", folder, left, err)
		}
	}
}

var doneLine = regexp.MustCompile(`(?m)^\[\d+/\d+\] done (.*) \(`)

// wantMadeOnce holds what the processes said against the artifacts that are there:
// none was made twice, and only those that were being made at the kill may be missing
// from what was said.
func wantMadeOnce(t *testing.T, store string, processes ...begun) {
	t.Helper()
	said := map[string]int{}
	for _, p := range processes {
		for _, line := range doneLine.FindAllStringSubmatch(p.text.String(), -1) {
			said[line[1]]++
		}
	}
	for label, times := range said {
		if times > 1 {
			t.Errorf("%s: made %d times", label, times)
		}
	}
	made, err := os.ReadDir(filepath.Join(store, "artifacts"))
	if err != nil {
		t.Fatal(err)
	}
	if jobs, _ := strconv.Atoi(sharedRun[slices.Index(sharedRun, "--jobs")+1]); len(said) > len(made) || len(said) < len(made)-jobs {
		t.Errorf("%d artifacts are there, and %d were said to be made: %v", len(made), len(said), said)
	}
}
