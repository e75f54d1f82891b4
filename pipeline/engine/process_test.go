package engine

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// childVar makes the test binary run a plan instead of the tests; its value
// is the folders of the store and of the raw data, and how long to wait for
// the lock.
const childVar = "ENGINE_TEST_CHILD"

func TestMain(m *testing.M) {
	if args := os.Getenv(childVar); args != "" {
		os.Exit(child(strings.Split(args, "|")))
	}
	os.Exit(m.Run())
}

// slowGraph is a diamond whose stages take some tens of milliseconds each.
func slowGraph(raw string) *graph {
	g := newGraph(shapes["diamond"], raw)
	for _, s := range g.stages {
		s.params.Steps = 15
	}
	g.onStep(func(context.Context, string, int) error {
		time.Sleep(3 * time.Millisecond)
		return nil
	})
	return g
}

// child runs the slow graph with real syncs and prints how much it made.
func child(args []string) int {
	store, err := OpenStore(args[0])
	if err != nil {
		return 2
	}
	wait, err := time.ParseDuration(args[2])
	if err != nil {
		return 2
	}
	p, err := NewPlan(slowGraph(args[1]).order...)
	if err != nil {
		return 2
	}
	report, err := Run(context.Background(), p, Options{Store: store, Jobs: 2, LockWait: wait})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(len(report.Made))
	return 0
}

func childCommand(t *testing.T, store, raw string, wait time.Duration) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%v", childVar, store, raw, wait))
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// TestKillAtRandomMoments kills a run with SIGKILL at 20 random moments and
// starts it again each time; no one cleans up in between. However often it
// was killed, what is there at the end is what an unbroken run gives.
func TestKillAtRandomMoments(t *testing.T) {
	raw := newRaw(t)
	p, whole := slowGraph(raw).plan(t), newStore(t)
	mustRun(t, p, whole)
	want := contents(t, p, whole)

	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for kills, stores := 0, 0; kills < 20; stores++ {
		if stores > 200 {
			t.Fatalf("only %d kills hit a running child", kills)
		}
		s := newStore(t)
		killedHere := 0
		for kills < 20 && killAfter(t, s, raw, time.Duration(rng.IntN(150))*time.Millisecond) {
			kills++
			killedHere++
			wantWholeOrAbsent(t, p, s.Dir())
		}
		cmd, out := childCommand(t, s.Dir(), raw, 0)
		if err := cmd.Run(); err != nil {
			t.Fatalf("after %d kills: %v: %s", killedHere, err, out)
		}
		if diff := cmp.Diff(want, contents(t, p, openStore(t, s.Dir()))); diff != "" {
			t.Fatalf("after %d kills:\n%s", killedHere, diff)
		}
	}
}

// killAfter starts a child and kills it; false means that it was done before.
func killAfter(t *testing.T, s *Store, raw string, after time.Duration) bool {
	t.Helper()
	cmd, out := childCommand(t, s.Dir(), raw, 0)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Log(err)
	}
	err := cmd.Wait()
	if err != nil && !strings.Contains(err.Error(), "killed") {
		t.Fatalf("child: %v: %s", err, out)
	}
	return err != nil
}

// TestTwoProcesses: of two that start at once one works and the other waits,
// then finds all done.
func TestTwoProcesses(t *testing.T) {
	raw := newRaw(t)
	p := slowGraph(raw).plan(t)
	for trial := range 5 {
		s := newStore(t)
		var outs [2]*bytes.Buffer
		var wg sync.WaitGroup
		for i := range outs {
			var cmd *exec.Cmd
			cmd, outs[i] = childCommand(t, s.Dir(), raw, time.Minute)
			wg.Go(func() {
				if err := cmd.Run(); err != nil {
					t.Errorf("child: %v: %s", err, outs[i])
				}
			})
		}
		wg.Wait()
		made := strings.Fields(outs[0].String() + outs[1].String())
		if got := strings.Join(made, "+"); got != "4+0" && got != "0+4" {
			t.Errorf("trial %d: made %s", trial, got)
		}
		contents(t, p, openStore(t, s.Dir()))
	}
}

// TestLockNamesAnotherProcess: without a wait the second one ends at once,
// and says who is in the way.
func TestLockNamesAnotherProcess(t *testing.T) {
	s := newStore(t)
	release := holdStore(t, s)
	defer release()
	cmd, out := childCommand(t, s.Dir(), newRaw(t), 0)
	err := cmd.Run()
	if err == nil || !strings.Contains(out.String(), fmt.Sprintf("is held by process %d", os.Getpid())) {
		t.Errorf("%v: %s", err, out)
	}
}
