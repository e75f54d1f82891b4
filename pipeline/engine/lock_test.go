package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

// holdStore runs a plan that stays in its first stage until release.
func holdStore(t *testing.T, s *Store) (release func()) {
	t.Helper()
	g := newGraph(shapes["single"], newRaw(t))
	g.stages["a"].params.Text = "held"
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	g.stages["a"].onStep = func(_ context.Context, _ string, step int) error {
		if step == 0 {
			close(in)
			<-out
		}
		return nil
	}
	p := g.plan(t)
	go func() {
		defer close(done)
		if _, err := Run(context.Background(), p, Options{Store: s}); err != nil {
			t.Error(err)
		}
	}()
	<-in
	return func() {
		close(out)
		<-done
	}
}

func TestLockedStoreNamesItsHolder(t *testing.T) {
	s := newStore(t)
	release := holdStore(t, s)
	defer release()
	p := newGraph(shapes["chain"], newRaw(t)).plan(t)
	_, err := Run(t.Context(), p, Options{Store: openStore(t, s.Dir())})
	want := fmt.Sprintf("store is in use: %s is held by process %d; try again when it has ended", s.Dir(), os.Getpid())
	if !errors.Is(err, ErrLocked) || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	mustCheck(t, p, openStore(t, s.Dir())) // looking needs no lock
}

func TestLockWaitRunsOut(t *testing.T) {
	s := newStore(t)
	release := holdStore(t, s)
	defer release()
	p := newGraph(shapes["chain"], newRaw(t)).plan(t)
	_, err := Run(t.Context(), p, Options{Store: openStore(t, s.Dir()), LockWait: 50 * time.Millisecond})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = Run(ctx, p, Options{Store: openStore(t, s.Dir()), LockWait: time.Minute})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error of a cancelled wait: %v", err)
	}
}

func TestLockWaitSucceeds(t *testing.T) {
	s := newStore(t)
	release := holdStore(t, s)
	var log bytes.Buffer
	told := slog.New(slog.NewTextHandler(&log, nil))
	go func() {
		time.Sleep(50 * time.Millisecond)
		release()
	}()
	p := newGraph(shapes["chain"], newRaw(t)).plan(t)
	_, err := Run(t.Context(), p, Options{Store: openStore(t, s.Dir()), LockWait: time.Minute, Log: told})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "waiting for the store") || !strings.Contains(log.String(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("log %s", &log)
	}
}

// TestWaitedForWorkIsNotDoneTwice: what the other process made meanwhile is
// found after the wait.
func TestWaitedForWorkIsNotDoneTwice(t *testing.T) {
	s, raw := newStore(t), newRaw(t)
	first, second := newGraph(shapes["chain"], raw), newGraph(shapes["chain"], raw)
	in, waits := make(chan struct{}), make(chan struct{})
	first.onStep(func(_ context.Context, name string, step int) error {
		if name == "a" && step == 0 {
			close(in)
			<-waits
		}
		return nil
	})
	p := first.plan(t)
	done := make(chan error)
	go func() {
		_, err := Run(context.Background(), p, Options{Store: s})
		done <- err
	}()
	<-in
	time.AfterFunc(30*time.Millisecond, func() { close(waits) })
	report, err := Run(t.Context(), second.plan(t), Options{Store: openStore(t, s.Dir()), LockWait: time.Minute})
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	if len(report.Made) > 0 || len(second.ran.take()) > 0 {
		t.Errorf("made again: %v", report.Made)
	}
}

func TestUnknownHolder(t *testing.T) {
	if got := lockHolder("/nowhere/lock"); got != "another process" {
		t.Errorf("got %s", got)
	}
}
