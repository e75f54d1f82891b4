package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rationale/stages"
	"rationale/stages/memory"
)

// execute makes the artifact of one step whose inputs are complete, on so many threads.
func (o Options) execute(ctx context.Context, step *Step, threads int, held *holdings) (log Log, err error) {
	task := o.Progress.Start(step.Label, step.Weight, o.Store.hasWork(step.ID))
	defer func() { task.End(err) }()
	log = Log{ID: step.ID, Label: step.Label, Started: time.Now().UTC(), Threads: threads, Jobs: o.Jobs, Command: o.Command, Inputs: step.artifacts()}

	opened := held.of(step)
	defer func() { err = errors.Join(err, held.release(step)) }()
	inputs, err := o.Store.inputs(step)
	if err != nil {
		return log, err
	}
	out, work, err := o.Store.prepare(step.ID)
	if err != nil {
		return log, err
	}
	env := &stages.Env{
		Inputs: inputs, Opened: opened, Out: out, Work: work, Threads: threads,
		Progress: task, Log: o.Log.With("stage", step.Label),
	}
	if err := runStage(ctx, step.Stage, env); err != nil {
		return log, err
	}
	if err := verifyOpened(opened); err != nil {
		return log, errors.Join(err, o.Store.fs.RemoveAll(work)) // it may go back to what was read
	}
	if err := o.Store.publish(step, out, work); err != nil {
		return log, fmt.Errorf("publish: %w", err)
	}
	log.Seconds = time.Since(log.Started).Seconds()
	log.PeakRSS = memory.Peak()
	if err := o.Store.writeLog(log); err != nil {
		return log, fmt.Errorf("the artifact is complete, but not the record of its times: %w", err)
	}
	return log, nil
}

// inputs gives the folder for each role that an artifact fills, checked against
// its digest so that no stage parses bytes other than those that were published.
func (s *Store) inputs(step *Step) (map[string]string, error) {
	dirs := map[string]string{}
	for role, source := range step.Recipe.Inputs {
		if source.Artifact == "" {
			continue
		}
		dirs[role] = s.artifact(source.Artifact)
		_, err := s.Verify(source.Artifact)
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			return nil, fmt.Errorf("input %s: %w; the next run makes it anew", role, err)
		case err != nil:
			return nil, fmt.Errorf("input %s: %w", role, err)
		}
	}
	return dirs, nil
}

// errVanished is the error of a stage whose goroutine ended by runtime.Goexit.
var errVanished = errors.New("ended without a result")

// runStage runs the stage in a goroutine of its own, so that one which ends its
// goroutine ends nothing else. A panic becomes a *stages.Panic.
func runStage(ctx context.Context, stage stages.Stage, env *stages.Env) error {
	outcome := make(chan error, 1)
	go func() {
		err := errVanished
		defer func() { outcome <- err }()
		err = stages.Guard(func() error { return stage.Run(ctx, env) })
	}()
	return <-outcome
}
