package progress

import (
	"context"
	"errors"
	"slices"
	"time"

	"rationale/datasets/quote"
)

// Task is a running stage. It is the stages.Progress that the stage is given.
type Task struct {
	display *Display
	label   string
	weight  float64 // estimated seconds
	begun   time.Time

	total, done int64 // in the stage's own units; total 0 is unknown
	resumes     bool  // the next Advance reports an earlier attempt's units
	resumed     int64 // those units
	note        string
	ended       time.Time
	err         error
}

// Total says how many units the stage will do in all.
func (t *Task) Total(units int64) {
	t.display.mu.Lock()
	defer t.display.mu.Unlock()
	t.total = units
}

// Advance reports units done since the last call and a note for people; an
// empty note leaves the last one standing.
func (t *Task) Advance(units int64, note string) {
	t.display.mu.Lock()
	defer t.display.mu.Unlock()
	t.done += units
	if t.resumes {
		t.resumes, t.resumed = false, units
	}
	if note != "" {
		t.note = quote.Line(note)
	}
}

// End shows that the stage is complete or, with an error, that it is not.
func (t *Task) End(err error) {
	d := t.display
	d.mu.Lock()
	defer d.mu.Unlock()
	t.ended, t.err = time.Now(), err
	i := slices.Index(d.run.tasks, t)
	if i < 0 {
		return // the display was closed before
	}
	d.run.tasks = slices.Delete(d.run.tasks, i, i+1)
	if err == nil {
		d.run.finished++
		d.run.made += t.weight
		d.run.given += t.given()
	}
	d.view.ended(&d.run, t)
}

// fraction is how much of the stage is done, from 0 to 1. A stage that counts
// nothing is taken to need the time that was estimated.
func (t *Task) fraction(now time.Time) float64 {
	if t.total > 0 {
		return min(1, max(0, float64(t.done)/float64(t.total)))
	}
	return min(0.9, now.Sub(t.begun).Seconds()/t.weight)
}

// given is the estimated cost, in seconds, of what an earlier attempt did.
func (t *Task) given() float64 {
	if t.total <= 0 {
		return 0
	}
	return t.weight * min(1, max(0, float64(t.resumed)/float64(t.total)))
}

// outcome is the word for how the stage ended.
func (t *Task) outcome() string {
	switch {
	case t.err == nil:
		return "done"
	case errors.Is(t.err, context.Canceled), errors.Is(t.err, context.DeadlineExceeded):
		return "stopped"
	}
	return "failed"
}
