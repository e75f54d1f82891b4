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
func counting(n int) func() ([]int, error) {
	at := -1
	return func() ([]int, error) {
		if at++; at >= n {
			return nil, io.EOF
		}
		return []int{at}, nil
	}
}

// mostItems fill a window of the tests.
const mostItems = 3

func filled(window []int) bool { return len(window) >= mostItems }

// TestOrderIsKept: whatever each window takes, results come in the order of the items,
// each once, and few items are there at a time.
func TestOrderIsKept(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		workers := rapid.IntRange(1, 4).Draw(r, "workers")
		waits := rapid.SliceOfN(rapid.IntRange(0, 300), 0, 60).Draw(r, "waits")
		var began, used atomic.Int64
		next := counting(len(waits))
		var got []int
		err := inOrder(context.Background(), workers,
			func() ([]int, error) {
				x, err := next()
				if there := began.Add(1) - used.Load(); there > int64(mostItems*(2*workers+3)) {
					r.Errorf("%d items at a time with %d workers", there, workers)
				}
				return x, err
			},
			filled,
			func(_ context.Context, window []int) ([]int, error) {
				var out []int
				for _, x := range window {
					time.Sleep(time.Duration(waits[x]) * time.Microsecond)
					out = append(out, x*x)
				}
				return out, nil
			},
			func(x []int) error {
				used.Add(int64(len(x)))
				got = append(got, x...)
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

// TestWindowsGrowWhileWorkersAreBusy, until they are full.
func TestWindowsGrowWhileWorkersAreBusy(t *testing.T) {
	const items = 3 * mostItems
	next, given := counting(items), make(chan int, items)
	var windows [][]int
	err := inOrder(t.Context(), 1, func() ([]int, error) {
		x, err := next()
		if err == nil {
			given <- x[0]
		}
		return x, err
	}, filled, func(_ context.Context, window []int) ([]int, error) {
		// The first one takes until there is an item that finds the next window full.
		for first := window[0] == 0; first && <-given < window[len(window)-1]+mostItems+1; {
		}
		return window, nil
	}, func(window []int) error {
		windows = append(windows, window)
		return nil
	})
	if err != nil || len(windows) < 2 || len(windows[1]) != mostItems {
		t.Errorf("windows %v, error %v; want %d items in the second", windows, err, mostItems)
	}
}

var errTest = errors.New("it failed")

// TestOrderEndsWithTheFirstError: wherever it comes from, a panic included, what
// stands before it was used.
func TestOrderEndsWithTheFirstError(t *testing.T) {
	const bad = 5
	pass := func(_ context.Context, x []int) (int, error) { return x[0], nil }
	for name, c := range map[string]struct {
		next func() func() ([]int, error)
		work func(context.Context, []int) (int, error)
		use  func(int) error
	}{
		"next": {next: func() func() ([]int, error) {
			all := counting(1 << 30)
			return func() ([]int, error) {
				x, _ := all()
				if x[0] == bad {
					return nil, errTest
				}
				return x, nil
			}
		}},
		"work": {work: func(_ context.Context, x []int) (int, error) {
			if x[0] == bad {
				return 0, errTest
			}
			return x[0], nil
		}},
		"use": {use: func(x int) error {
			if x == bad {
				return errTest
			}
			return nil
		}},
		"panic": {work: func(_ context.Context, x []int) (int, error) {
			if x[0] == bad {
				panic(errTest)
			}
			return x[0], nil
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
			one := func(window []int) bool { return len(window) > 0 }
			err := inOrder(t.Context(), 3, next, one, work, func(x int) error {
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
	err := inOrder(ctx, 2, func() ([]int, error) {
		x, err := next()
		if err == io.EOF {
			cancel()
			<-never
		}
		return x, err
	}, filled, func(_ context.Context, x []int) (int, error) { return x[0], nil }, func(int) error { used++; return nil })
	if !errors.Is(err, context.Canceled) || used > 3 {
		t.Errorf("%d were used, error %v", used, err)
	}
}
