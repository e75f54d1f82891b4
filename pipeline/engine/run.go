package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"rationale/pipeline/engine/progress"
)

// Options say how to run a plan. Only Store is needed.
type Options struct {
	// Store receives the artifacts.
	Store *Store
	// Jobs is how many stages may run at the same time; 1 when zero.
	Jobs int
	// Threads is how many processor threads all jobs share: each stage gets its
	// part of them when it starts, at least one. Zero means one per processor.
	Threads int
	// KeepGoing runs what does not depend on a failed stage; otherwise the
	// first error stops the rest.
	KeepGoing bool
	// LockWait is how long to wait for another process to leave the store: zero
	// is not at all, and Forever until it has left or the context ends.
	LockWait time.Duration
	// Grace is how long to wait for stages to stop once the run is cancelled
	// or a stage has failed; ten seconds when zero.
	Grace time.Duration
	// Command is the command line that this run serves, kept in the records of
	// what it makes, to tell people how to make a damaged artifact again.
	Command []string
	// Progress shows the run to people; nil shows nothing.
	Progress *progress.Display
	// Log takes messages for people, the stages' own included; nil drops them.
	Log *slog.Logger
}

// Report says what a run found and did.
type Report struct {
	// Decisions are those that the run acted on, in the plan's order.
	Decisions []Decision
	// Made are the artifacts that were completed, in that order.
	Made []Log
}

// StageError says which stage failed, and why.
type StageError struct {
	Stage, Label, ID string
	Err              error
}

func (e *StageError) Error() string {
	return fmt.Sprintf("stage %s failed (%s, %s): %v", e.Stage, e.Label, e.ID, e.Err)
}

func (e *StageError) Unwrap() error { return e.Err }

// Run makes every artifact of the plan that is absent or damaged. When there
// is none it writes nothing and takes no lock.
//
// On an error the artifacts completed before it stay, and so does the resume
// state of the others. When ctx ends, stages are given Options.Grace to stop,
// and the error wraps ctx.Err(). When another process keeps the store, it
// wraps ErrLocked. When an input from outside the store is no longer what the
// plan was made for, nothing runs, and it is a *ChangedError. A failed stage is
// a *StageError, several are joined.
func Run(ctx context.Context, p *Plan, o Options) (Report, error) {
	o = o.withDefaults()
	if o.Store == nil {
		return Report{}, errors.New("a run needs a store")
	}
	decisions, err := p.Check(ctx, o.Store)
	if err != nil || upToDate(decisions) {
		return Report{Decisions: decisions}, err
	}
	if err := o.Store.claim(); err != nil {
		return Report{Decisions: decisions}, err
	}
	lock, err := o.Store.lock(ctx, o.LockWait, o.tellWaiting)
	if err != nil {
		return Report{Decisions: decisions}, err
	}
	report, stragglers, err := runLocked(ctx, p, o)
	if stragglers {
		return report, err // they may still write: the lock ends with the process
	}
	return report, errors.Join(err, lock.Unlock())
}

func (o Options) withDefaults() Options {
	o.Jobs = max(1, o.Jobs)
	if o.Threads <= 0 {
		o.Threads = runtime.NumCPU()
	}
	if o.Grace <= 0 {
		o.Grace = 10 * time.Second
	}
	if o.Progress == nil {
		o.Progress = progress.New(progress.Options{Quiet: true})
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Forever is a LockWait without an end.
const Forever time.Duration = -1

// tellWaiting says who is waited for, and what to do about it.
func (o Options) tellWaiting(holder string) {
	what := []any{"store", o.Store.dir, "held by", holder}
	if o.LockWait != Forever {
		what = append(what, "for at most", o.LockWait)
	}
	what = append(what, "then", "this command goes on by itself; Ctrl-C ends the wait, and another --out needs none")
	o.Log.Info("waiting for the store", what...)
}

// runLocked decides again, since another process may have worked on the store
// before the lock was had, and makes what is left. stragglers is true when a
// stage did not stop in time.
func runLocked(ctx context.Context, p *Plan, o Options) (report Report, stragglers bool, err error) {
	if err := errors.Join(o.Store.create(), o.Store.tidy()); err != nil {
		return Report{}, false, err
	}
	decisions, err := p.Check(ctx, o.Store)
	report.Decisions = decisions
	if err != nil || upToDate(decisions) {
		return report, false, err
	}
	for _, d := range decisions {
		if !d.damaged {
			continue
		}
		o.Log.Warn("setting a damaged artifact aside", "artifact", d.ID, "reason", d.Reason)
		if err := o.Store.setAside(d.ID); err != nil {
			return report, false, err
		}
	}
	held, err := p.hold(decisions)
	if err != nil {
		return report, false, err
	}
	s := newScheduler(p, o, decisions, held)
	stragglers, err = s.run(ctx)
	report.Made = s.made
	if !stragglers {
		err = errors.Join(err, held.close())
	}
	return report, stragglers, err
}

func upToDate(decisions []Decision) bool {
	for _, d := range decisions {
		if d.Run {
			return false
		}
	}
	return true
}
