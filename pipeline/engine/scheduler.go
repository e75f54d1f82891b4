package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rationale/stages"
)

// state is how far the scheduler is with a step.
type state int

const (
	pending state = iota
	running
	finished
	failed
)

// scheduler runs the steps of a plan. Only the goroutine of run touches it;
// the steps' goroutines send their results to it.
type scheduler struct {
	plan    *Plan
	options Options
	held    *holdings
	sorted  []*Step // the plan's steps, the most urgent first
	states  map[string]state
	busy    int
	results chan result
	made    []Log
	errs    []error // of stages that failed by themselves
}

type result struct {
	step *Step
	log  Log
	err  error
}

func newScheduler(p *Plan, o Options, decisions []Decision, held *holdings) *scheduler {
	s := &scheduler{
		plan: p, options: o, held: held,
		states:  map[string]state{},
		results: make(chan result, len(p.steps)), // never blocks a straggler
	}
	for _, d := range decisions {
		if !d.Run {
			s.states[d.ID] = finished
		}
	}
	s.sorted = s.order()
	return s
}

// run works until nothing is left to start. stragglers is true when steps
// still run after the time to stop.
func (s *scheduler) run(ctx context.Context) (stragglers bool, err error) {
	s.begin()
	defer s.options.Progress.Close()
	stages, cancel := context.WithCancel(ctx)
	defer cancel()
	var late <-chan time.Time
	stopping := stages.Done()
	for {
		if stages.Err() == nil {
			s.start(stages)
		}
		if s.busy == 0 {
			return false, s.outcome(ctx)
		}
		select {
		case r := <-s.results:
			s.settle(stages, r)
			if len(s.errs) > 0 && !s.options.KeepGoing {
				cancel()
			}
		case <-stopping:
			stopping, late = nil, time.After(s.options.Grace)
		case <-late:
			return true, errors.Join(s.outcome(ctx), s.stragglers())
		}
	}
}

// begin tells the display how much there is to do.
func (s *scheduler) begin() {
	done, left := 0, 0.0
	for _, step := range s.plan.steps {
		if s.states[step.ID] == finished {
			done++
		} else {
			left += step.Weight
		}
	}
	s.options.Progress.Begin(done, len(s.plan.steps), left)
}

// start launches ready steps, the most urgent first, while there are free jobs. The
// threads are shared by all that run then.
func (s *scheduler) start(ctx context.Context) {
	ready := s.ready()
	s.busy += len(ready)
	for _, step := range ready {
		s.states[step.ID] = running
		threads := max(1, s.options.Threads/s.busy)
		go func() {
			r := result{step: step}
			r.err = stages.Guard(func() (err error) {
				r.log, err = s.options.execute(ctx, step, threads, s.held)
				return err
			})
			s.results <- r
		}()
	}
}

// ready are the most urgent steps that can start, no more than there are free jobs.
func (s *scheduler) ready() (ready []*Step) {
	for _, step := range s.sorted {
		if s.busy+len(ready) == s.options.Jobs {
			return ready
		}
		if s.states[step.ID] == pending && step.ready(s.done) {
			ready = append(ready, step)
		}
	}
	return ready
}

func (s *scheduler) done(id string) bool { return s.states[id] == finished }

// settle records how a step ended. A step that was told to stop and did so
// has not failed.
func (s *scheduler) settle(ctx context.Context, r result) {
	s.busy--
	if r.err == nil {
		s.states[r.step.ID] = finished
		s.made = append(s.made, r.log)
		return
	}
	s.states[r.step.ID] = failed
	if ctx.Err() != nil && errors.Is(r.err, ctx.Err()) {
		return
	}
	s.errs = append(s.errs, &StageError{
		Stage: r.step.Recipe.Stage, Label: r.step.Label, ID: r.step.ID, Err: r.err,
	})
}

// outcome is the error of the whole run.
func (s *scheduler) outcome(ctx context.Context) error {
	err := errors.Join(s.errs...)
	if ctx.Err() == nil {
		return err
	}
	done := 0
	for _, st := range s.states {
		if st == finished {
			done++
		}
	}
	if done == len(s.plan.steps) {
		return nil // the end came when all was done
	}
	return errors.Join(err, fmt.Errorf("interrupted with %d of %d stages done; the same command goes on from there: %w",
		done, len(s.plan.steps), ctx.Err()))
}

// stragglers names the steps that have not stopped.
func (s *scheduler) stragglers() error {
	var names []string
	for _, step := range s.plan.steps {
		if s.states[step.ID] == running {
			names = append(names, step.Label)
		}
	}
	return fmt.Errorf("not stopped after %v: %s", s.options.Grace, strings.Join(names, ", "))
}
