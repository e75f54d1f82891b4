package predict

import (
	"context"
	"errors"
	"io"
	"sync"

	"rationale/stages"
)

// job is an item on its way.
type job[T, R any] struct {
	item   T
	result R
	err    error
	done   chan struct{} // closed when result and err stand
}

// assembly is workers on a line of jobs.
type assembly[T, R any] struct {
	next func() (T, error)
	work func(context.Context, T) (R, error)
	// ordered are the jobs in the order of their items, open those to be worked on.
	ordered, open chan *job[T, R]
}

// inOrder has workers work side by side on the items that next gives, until it gives
// io.EOF, and hands what comes of each to use, in the items' order. Some two items
// for each worker are there at a time. The first error ends it, and so does ctx; a
// next that is still waiting then is left behind.
func inOrder[T, R any](ctx context.Context, workers int, next func() (T, error), work func(context.Context, T) (R, error), use func(R) error) error {
	a := &assembly[T, R]{next: next, work: work, ordered: make(chan *job[T, R], workers), open: make(chan *job[T, R])}
	var busy sync.WaitGroup
	defer busy.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go a.bring(ctx)
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

// bring makes a job of each item.
func (a *assembly[T, R]) bring(ctx context.Context) {
	for {
		j := &job[T, R]{done: make(chan struct{})}
		j.err = stages.Guard(func() (err error) {
			j.item, err = a.next()
			return err
		})
		if errors.Is(j.err, io.EOF) {
			close(a.ordered)
			return
		}
		failed := j.err != nil
		if failed {
			close(j.done)
		}
		if !put(ctx, a.ordered, j) || failed || !put(ctx, a.open, j) {
			return
		}
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
			j.result, err = a.work(ctx, j.item)
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
