package predict

import (
	"context"
	"errors"
	"io"
	"sync"

	"rationale/stages"
)

// job is a window of items on its way.
type job[T, R any] struct {
	items  []T
	result R
	err    error
	done   chan struct{} // closed when result and err stand
}

func newJob[T, R any]() *job[T, R] { return &job[T, R]{done: make(chan struct{})} }

// assembly is workers on a line of jobs.
type assembly[T, R any] struct {
	next func() ([]T, error)
	full func([]T) bool
	work func(context.Context, []T) (R, error)
	// ordered are the jobs in the order of their items, open those to be worked on.
	ordered, open chan *job[T, R]
}

// inOrder has workers work side by side on the items that next gives, until it gives
// io.EOF, and hands what comes of them to use, in the items' order. A worker gets all
// items that came while it was busy, as a window, until that is full. Some two windows
// for each worker are there at a time. The first error ends it, and so does ctx; a
// next that is still waiting then is left behind.
func inOrder[T, R any](ctx context.Context, workers int, next func() ([]T, error), full func([]T) bool, work func(context.Context, []T) (R, error), use func(R) error) error {
	a := &assembly[T, R]{next: next, full: full, work: work, ordered: make(chan *job[T, R], workers), open: make(chan *job[T, R])}
	var busy sync.WaitGroup
	defer busy.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pieces := make(chan piece[T])
	go a.read(ctx, pieces)
	busy.Go(func() { a.gather(ctx, pieces) })
	for range workers {
		busy.Go(func() { a.serve(ctx) })
	}
	for {
		j, ok := take(ctx, a.ordered)
		if !ok {
			return ctx.Err()
		}
		if err := j.wait(ctx); err != nil {
			return err
		}
		if err := use(j.result); err != nil {
			return err
		}
	}
}

// piece is what next gave at a time.
type piece[T any] struct {
	items []T
	err   error
}

// read hands on what next gives, up to its first error.
func (a *assembly[T, R]) read(ctx context.Context, to chan<- piece[T]) {
	for {
		var p piece[T]
		p.err = stages.Guard(func() (err error) {
			p.items, err = a.next()
			return err
		})
		if !put(ctx, to, p) || p.err != nil {
			return
		}
	}
}

// gather makes windows of pieces, each of which ends when a worker is free to take it.
func (a *assembly[T, R]) gather(ctx context.Context, pieces <-chan piece[T]) {
	defer close(a.ordered)
	var end error // of the pieces
	for j := newJob[T, R](); end == nil || len(j.items) > 0; {
		more, open := pieces, a.open // nil where nothing may come or go
		if end != nil || a.full(j.items) {
			more = nil
		}
		if len(j.items) == 0 {
			open = nil
		}
		select {
		case p := <-more:
			j.items, end = append(j.items, p.items...), p.err
		case open <- j:
			if !put(ctx, a.ordered, j) {
				return
			}
			j = newJob[T, R]()
		case <-ctx.Done():
			return
		}
	}
	if !errors.Is(end, io.EOF) {
		j := &job[T, R]{err: end, done: make(chan struct{})}
		close(j.done)
		put(ctx, a.ordered, j)
	}
}

// serve does the work until ctx ends.
func (a *assembly[T, R]) serve(ctx context.Context) {
	for {
		j, ok := take(ctx, a.open)
		if !ok {
			return
		}
		j.err = stages.Guard(func() (err error) {
			j.result, err = a.work(ctx, j.items)
			return err
		})
		close(j.done)
	}
}

// wait waits until the job is done and gives its error.
func (j *job[T, R]) wait(ctx context.Context) error {
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// put gives x away, unless ctx ends before.
func put[T any](ctx context.Context, to chan<- T, x T) bool {
	select {
	case to <- x:
		return true
	case <-ctx.Done():
		return false
	}
}

// take waits for what comes, until there is no more or ctx ends.
func take[T any](ctx context.Context, from <-chan T) (x T, ok bool) {
	select {
	case x, ok = <-from:
		return x, ok
	case <-ctx.Done():
		return x, false
	}
}
