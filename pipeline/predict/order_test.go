package predict

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rationale/stages"
)

// counting gives 0, 1, … below n.
func counting(n int) func() (int, error) {
	at := -1
	return func() (int, error) {
		if at++; at >= n {
			return 0, io.EOF
		}
		return at, nil
	}
}

// TestOrderIsKept: whatever each item takes, results come in the order of the items,
// each once, and few items are there at a time.
func TestOrderIsKept(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		workers := rapid.IntRange(1, 4).Draw(r, "workers")
		waits := rapid.SliceOfN(rapid.IntRange(0, 300), 0, 30).Draw(r, "waits")
		var began, used atomic.Int64
		next := counting(len(waits))
		var got []int
		err := inOrder(context.Background(), workers,
			func() (int, error) {
				x, err := next()
				if there := began.Add(1) - used.Load(); there > int64(2*workers+2) {
					r.Errorf("%d items at a time with %d workers", there, workers)
				}
				return x, err
			},
			func(_ context.Context, x int) (int, error) {
				time.Sleep(time.Duration(waits[x]) * time.Microsecond)
				return x * x, nil
			},
			func(x int) error {
				used.Add(1)
				got = append(got, x)
				return nil
			})
		var want []int
		for i := range waits {
			want = append(want, i*i)
		}
		if err != nil || !slices.Equal(got, want) {
			r.Errorf("%v, error %v; want %v", got, err, want)
		}
	})
}

var errTest = errors.New("it failed")

// TestOrderEndsWithTheFirstError: wherever it comes from, a panic included, what
// stands before it was used.
func TestOrderEndsWithTheFirstError(t *testing.T) {
	const bad = 5
	pass := func(_ context.Context, x int) (int, error) { return x, nil }
	for name, c := range map[string]struct {
		next func() func() (int, error)
		work func(context.Context, int) (int, error)
		use  func(int) error
	}{
		"next": {next: func() func() (int, error) {
			all := counting(1 << 30)
			return func() (int, error) {
				x, _ := all()
				if x == bad {
					return 0, errTest
				}
				return x, nil
			}
		}},
		"work": {work: func(_ context.Context, x int) (int, error) {
			if x == bad {
				return 0, errTest
			}
			return x, nil
		}},
		"use": {use: func(x int) error {
			if x == bad {
				return errTest
			}
			return nil
		}},
		"panic": {work: func(_ context.Context, x int) (int, error) {
			if x == bad {
				panic(errTest)
			}
			return x, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			next, work, use := counting(1<<30), pass, func(int) error { return nil }
			if c.next != nil {
				next = c.next()
			}
			if c.work != nil {
				work = c.work
			}
			if c.use != nil {
				use = c.use
			}
			used := 0
			err := inOrder(t.Context(), 3, next, work, func(x int) error {
				err := use(x)
				if err == nil {
					used++
				}
				return err
			})
			var fault *stages.Panic
			if used != bad || !errors.Is(err, errTest) && !(errors.As(err, &fault) && fault.Value == errTest) {
				t.Errorf("%d were used, error %v", used, err)
			}
		})
	}
}

// TestOrderEndsWhileItWaits: an input that never comes does not keep it.
func TestOrderEndsWhileItWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	next := counting(3)
	used := 0
	err := inOrder(ctx, 2, func() (int, error) {
		x, err := next()
		if err == io.EOF {
			cancel()
			<-never
		}
		return x, err
	}, func(_ context.Context, x int) (int, error) { return x, nil }, func(int) error { used++; return nil })
	if !errors.Is(err, context.Canceled) || used > 3 {
		t.Errorf("%d were used, error %v", used, err)
	}
}
