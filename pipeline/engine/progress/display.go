// Package progress shows people how far a run is.
//
// On a terminal each running stage has a bar, below one for the whole run; on
// anything else there is one plain line when a stage starts and ends and at
// most one every ten seconds in between. It writes to stderr by default, so
// that stdout is left to data.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"rationale/datasets/quote"
	"rationale/stages"
)

// Options say where and how to show progress.
type Options struct {
	// Writer takes the output; os.Stderr when nil.
	Writer io.Writer
	// Quiet shows no progress; messages given to Write still pass.
	Quiet bool
}

// Display shows the progress of one run at a time. Its methods may be called
// from several goroutines.
type Display struct {
	mu   sync.Mutex
	out  io.Writer
	view view
	run  run
	stop chan struct{} // ends the ticker; nil outside a run
	idle sync.WaitGroup
}

// view draws the state of a run. Display calls it under its lock.
type view interface {
	started(r *run, t *Task)
	ended(r *run, t *Task)
	tick(r *run)
	message(r *run, text []byte) error
	close(r *run)
	interval() time.Duration
}

// New gives a display for the writer: bars if it is a terminal that can move
// its cursor, lines otherwise.
func New(o Options) *Display {
	if o.Writer == nil {
		o.Writer = os.Stderr
	}
	d := &Display{out: o.Writer}
	switch {
	case o.Quiet:
		d.view = quiet{o.Writer}
	case canMoveCursor(o.Writer):
		d.view = newBars(o.Writer.(*os.File))
	default:
		d.view = &lines{out: o.Writer}
	}
	return d
}

// Begin starts a run of total stages of which finished are done already; left
// is the estimated cost in seconds of the others together.
func (d *Display) Begin(finished, total int, left float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run = run{finished: finished, total: total, left: left, begun: time.Now()}
	d.stop = make(chan struct{})
	d.idle.Add(1)
	go d.tick(d.stop)
}

// tick redraws until stop is closed.
func (d *Display) tick(stop <-chan struct{}) {
	defer d.idle.Done()
	ticker := time.NewTicker(d.view.interval())
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			d.redraw()
		}
	}
}

// redraw lets the view show how time goes by. A fault in drawing ends the
// drawing, not the work.
func (d *Display) redraw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := stages.Guard(func() error { d.view.tick(&d.run); return nil })
	if err != nil {
		d.view = quiet{d.out}
		fmt.Fprintln(d.out, "no more progress is shown:", err)
	}
}

// Close ends the run and leaves the cursor below the last line. Tasks that
// still run are shown no more.
func (d *Display) Close() {
	d.mu.Lock()
	stop := d.stop
	d.stop = nil
	d.mu.Unlock()
	if stop == nil {
		return
	}
	close(stop)
	d.idle.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.view.close(&d.run)
	d.run.tasks = nil
}

// Start shows a stage that begins now; weight is its estimated cost in
// seconds. When it resumes an earlier attempt, its first Advance is taken to
// report what was done then, and says nothing about the speed.
func (d *Display) Start(label string, weight float64, resumes bool) *Task {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &Task{display: d, label: quote.Line(label), weight: weight, resumes: resumes, begun: time.Now()}
	d.run.tasks = append(d.run.tasks, t)
	d.view.started(&d.run, t)
	return t
}

// Write passes whole lines of text, such as log messages, without disturbing
// the bars. What could steer the terminal is escaped; the bars' own sequences
// are added behind.
func (d *Display) Write(text []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.view.message(&d.run, []byte(quote.Text(string(text)))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// quiet shows messages only.
type quiet struct{ out io.Writer }

func (quiet) started(*run, *Task)     {}
func (quiet) ended(*run, *Task)       {}
func (quiet) tick(*run)               {}
func (quiet) close(*run)              {}
func (quiet) interval() time.Duration { return time.Hour }
func (q quiet) message(_ *run, text []byte) error {
	_, err := q.out.Write(text)
	return err
}
