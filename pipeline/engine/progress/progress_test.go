package progress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// TestLines follows a run on something that is no terminal, second by second.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		d := New(Options{Writer: &out})
		d.Begin(1, 4, 300)
		train := d.Start("train RNP", 200, false)
		train.Total(100)
		time.Sleep(time.Second / 2) // never at the same moment as a tick
		for range 25 {
			time.Sleep(time.Second)
			train.Advance(2, "epoch 1")
		}
		plain := d.Start("plot", 50, false)
		time.Sleep(8 * time.Second)
		fmt.Fprintln(d, "a message")
		plain.End(nil)
		train.End(errors.New("disk full"))
		d.Start("report", 50, false).End(fmt.Errorf("told to: %w", context.Canceled))
		d.Close()

		// At 10 s, 18 units of 100 were done, worth 36 s of 300: the other 264 s
		// are left, each at (10+20)/(36+20) of the time estimated.
		want := `[1/4] start train RNP
[1/4] 12 %, about 2m21s left: train RNP: epoch 1 (18 %)
[1/4] 25 %, about 1m33s left: train RNP: epoch 1 (38 %)
[1/4] start plot
[1/4] 35 %, about 1m19s left: train RNP: epoch 1 (50 %); plot
a message
[2/4] done plot (8s)
[2/4] failed train RNP (34s)
[2/4] start report
[2/4] stopped report (0s)
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func barsOn(s *screen, columns, rows int) *Display {
	b := newBars(os.Stderr)
	b.out = s
	b.size = func() (int, int) { return columns, rows }
	return &Display{view: b}
}

func TestBars(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	synctest.Test(t, func(t *testing.T) {
		var s screen
		d := barsOn(&s, 60, 24)
		d.Begin(0, 3, 40)
		train, plot := d.Start("train RNP on tweets, seed 1", 20, false), d.Start("plot", 10, false)
		train.Total(4)
		train.Advance(1, "")
		time.Sleep(5*time.Second + barInterval/2)
		wantScreen(t, &s, `
  25% |█████               | train RNP on tweets, seed 1
  50% |██████████          | plot
  25% |█████               | 0/3 stages, about 25s left
`)
		train.Advance(1, "epoch 2 of 4, loss 0.41 and more that does not fit")
		plot.End(nil)
		fmt.Fprintln(d, "level=INFO msg=hello")
		wantScreen(t, &s, `
done plot (5s)
level=INFO msg=hello
  50% |██████████          | train RNP on tweets, seed 1: …
  50% |██████████          | 1/3 stages, about 13s left
`)
		train.End(nil)
		d.Start("report", 10, false)
		time.Sleep(barInterval)
		d.Close()
		wantScreen(t, &s, `
done plot (5s)
level=INFO msg=hello
done train RNP on tweets, seed 1 (5s)
`)
		fmt.Fprintln(d, "after")
		if !strings.HasSuffix(s.String(), "\nafter\n") {
			t.Errorf("a message after the run is not at the end:\n%s", &s)
		}
	})
}

func wantScreen(t *testing.T, s *screen, want string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), s.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBarsAreThrottled: a hundred thousand reports a second cost ten redraws.
func TestBarsAreThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		d := barsOn(&s, 80, 24)
		d.Begin(0, 1, 10)
		task := d.Start("train", 10, false)
		task.Total(100_000)
		for range 100_000 {
			task.Advance(1, "x")
			time.Sleep(10 * time.Microsecond)
		}
		task.End(nil)
		d.Close()
		if n := strings.Count(s.raw.String(), "stages, about"); n < 8 || n > 12 {
			t.Errorf("drawn %d times in one second", n)
		}
	})
}

// TestBarsFitTheScreen: never more lines than the terminal has, however many
// stages run, and never a longer line.
func TestBarsFitTheScreen(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	for _, size := range [][2]int{{40, 6}, {20, 2}, {5, 1}} {
		var s screen
		d := barsOn(&s, size[0], size[1])
		r := &run{total: 20, left: 20, begun: time.Now()}
		for range 20 {
			r.tasks = append(r.tasks, &Task{label: "a stage with a 很长的 and\nlong name", weight: 1, begun: time.Now()})
		}
		block := d.view.(*bars).block(r)
		if len(block) > max(1, size[1]-1) {
			t.Errorf("%v: %d lines", size, len(block))
		}
		for _, line := range block {
			if n := uniseg.StringWidth(line); n > size[0]-1 {
				t.Errorf("%v: line of %d characters: %q", size, n, line)
			}
		}
	}
}

func TestColor(t *testing.T) {
	for value, want := range map[string]bool{"": true, "1": false} {
		t.Setenv("NO_COLOR", value)
		b := newBars(os.Stderr)
		line := b.paint(b.line(0.5, "[red]label", 80))
		if got := strings.Contains(line, "\x1b[36m"); got != want {
			t.Errorf("NO_COLOR=%q: colour %v in %q", value, got, line)
		}
		if !strings.HasSuffix(line, " [red]label") {
			t.Errorf("the text was changed: %q", line)
		}
	}
}

func TestBarText(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	b := newBars(os.Stderr)
	for fraction, want := range map[float64]string{
		0:   "   0% |                    | ",
		0.5: "  50% |██████████          | ",
		1:   " 100% |████████████████████| ",
	} {
		if got := b.barText(fraction, 20); got != want {
			t.Errorf("%v: %q, want %q", fraction, got, want)
		}
	}
}

func TestQuiet(t *testing.T) {
	var out bytes.Buffer
	d := New(Options{Writer: &out, Quiet: true})
	d.Begin(0, 1, 1)
	d.Start("train", 1, false).End(nil)
	fmt.Fprintln(d, "warning")
	d.Close()
	if out.String() != "warning\n" {
		t.Errorf("got %q", out.String())
	}
}

// TestRunsFollowEachOther: a display can be used again, and closing it twice
// or before a run is harmless, as is a task that ends too late.
func TestRunsFollowEachOther(t *testing.T) {
	var out bytes.Buffer
	d := New(Options{Writer: &out})
	d.Close()
	d.Begin(0, 1, 1)
	late := d.Start("late", 1, false)
	d.Close()
	d.Close()
	late.Advance(1, "")
	late.End(nil)
	d.Begin(0, 1, 1)
	d.Start("second", 1, false).End(nil)
	d.Close()
	if want := "[0/1] start late\n[0/1] start second\n[1/1] done second (0s)\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

// torn is a view that cannot be drawn.
type torn struct{ quiet }

func (torn) tick(*run)               { panic("no such column") }
func (torn) interval() time.Duration { return time.Second }

// TestFaultInDrawing ends the drawing, not the work.
func TestFaultInDrawing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		d := New(Options{Writer: &out})
		d.view = torn{quiet{&out}}
		d.Begin(0, 1, 1)
		time.Sleep(10 * time.Second)
		fmt.Fprintln(d, "a message")
		d.Close()
		if want := "no more progress is shown: panic: no such column\na message\n"; out.String() != want {
			t.Errorf("got %q", out.String())
		}
	})
}

// TestParallelTasks is for the race detector.
func TestParallelTasks(t *testing.T) {
	for _, d := range []*Display{New(Options{Writer: io.Discard}), barsOn(&screen{}, 80, 24)} {
		d.Begin(0, 50, 50)
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				task := d.Start(fmt.Sprint("stage ", i), 1, false)
				task.Total(100)
				for range 100 {
					task.Advance(1, "note")
				}
				fmt.Fprintln(d, "message")
				time.Sleep(5 * time.Millisecond)
				task.End(nil)
			})
		}
		wg.Wait()
		d.Close()
		if d.run.finished != 50 {
			t.Errorf("%d finished, want 50", d.run.finished)
		}
	}
}

// TestRemainingLaw: the time left is never negative, is nothing at the end,
// and is exact when the work goes as fast as was estimated.
func TestRemainingLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begun := time.Now()
		left := rapid.Float64Range(1, 1e5).Draw(t, "left")
		made := rapid.Float64Range(0, left).Draw(t, "made")
		elapsed := rapid.Float64Range(0, 1e5).Draw(t, "elapsed")
		r := &run{left: left, made: made, begun: begun}
		at := func(seconds float64) time.Time { return begun.Add(time.Duration(seconds * 1e9)) }

		if got := r.remaining(at(elapsed)); got < 0 {
			t.Fatalf("%v left", got)
		}
		if got := r.remaining(at(made)).Seconds(); got < left-made-0.01 || got > left-made+0.01 {
			t.Fatalf("%v s left at the estimated speed, want %v", got, left-made)
		}
		r.made = left
		if got := r.remaining(at(elapsed)); got != 0 || r.fraction(at(elapsed)) != 1 {
			t.Fatalf("at the end: %v left, %v done", got, r.fraction(at(elapsed)))
		}
	})
}

// TestResumedWorkTellsNoSpeed: what an earlier attempt did counts as done, but
// the time left does not take it for a fast start.
func TestResumedWorkTellsNoSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Writer: io.Discard})
		d.Begin(0, 2, 200)
		defer d.Close()
		task := d.Start("train", 100, true)
		task.Total(100)
		task.Advance(80, "resumed")
		time.Sleep(10 * time.Second)
		task.Advance(10, "")
		wantLeft(t, d, 0.45, 110*time.Second)
		time.Sleep(10 * time.Second)
		task.Advance(10, "")
		task.End(nil)
		wantLeft(t, d, 0.5, 100*time.Second)
	})
}

func wantLeft(t *testing.T, d *Display, done float64, left time.Duration) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if f, l := d.run.fraction(now), d.run.remaining(now).Round(time.Second); f != done || l != left {
		t.Errorf("done %v, left %v; want %v, %v", f, l, done, left)
	}
}

func TestFractionWithoutTotal(t *testing.T) {
	begun := time.Now()
	task := &Task{weight: 10, begun: begun}
	for after, want := range map[time.Duration]float64{0: 0, 5 * time.Second: 0.5, time.Hour: 0.9} {
		if got := task.fraction(begun.Add(after)); got != want {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
	task.total, task.done = 4, 9
	if got := task.fraction(begun); got != 1 {
		t.Errorf("too many units: %v", got)
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 59400 * time.Millisecond: "59s", 59600 * time.Millisecond: "1m00s",
		3*time.Minute + 5*time.Second: "3m05s", 80 * time.Minute: "1h20m", 100 * time.Hour: "100h00m",
	} {
		if got := clock(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
