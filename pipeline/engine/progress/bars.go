package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bars shows progress on a terminal: finished stages scroll up, and below them
// stands a block of one bar per running stage and one for the whole run, drawn
// anew at most once an interval.
type bars struct {
	out   io.Writer
	size  func() (columns, rows int)
	theme progressbar.Theme
	color bool
	drawn int // lines of the block that stand on the screen
}

const (
	barInterval = 100 * time.Millisecond
	barWidth    = 20
	barColumns  = len("100%") + len(" || ") + 1 + barWidth // what barText takes up
)

func newBars(f *os.File) *bars {
	b := &bars{out: f, theme: progressbar.ThemeDefault, color: os.Getenv("NO_COLOR") == ""}
	b.size = func() (int, int) {
		columns, rows, err := term.GetSize(int(f.Fd()))
		if err != nil || columns <= 0 || rows <= 0 {
			return 80, 24
		}
		return columns, rows
	}
	if b.color {
		b.theme.Saucer = "[cyan]█[reset]"
	}
	return b
}

// canMoveCursor tells whether w is a terminal on which bars can be drawn.
func canMoveCursor(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != "" && term.IsTerminal(int(f.Fd()))
}

func (b *bars) interval() time.Duration { return barInterval }

func (b *bars) started(*run, *Task) {} // the next tick shows it

func (b *bars) ended(r *run, t *Task) {
	b.redraw(r, fmt.Sprintf("%s %s (%s)\n", t.outcome(), t.label, clock(t.ended.Sub(t.begun))))
}

func (b *bars) tick(r *run) { b.redraw(r, "") }

func (b *bars) message(r *run, text []byte) error {
	if b.drawn == 0 {
		_, err := b.out.Write(text)
		return err
	}
	return b.redraw(r, string(text))
}

// close takes the block away; what has scrolled up stays.
func (b *bars) close(*run) {
	io.WriteString(b.out, b.erase())
}

// redraw replaces the block by text, which then scrolls, and a new block. One
// write does it all, so that the screen does not flicker.
func (b *bars) redraw(r *run, text string) error {
	screen := b.erase() + text
	block := b.block(r)
	for _, line := range block {
		screen += line + "\n"
	}
	b.drawn = len(block)
	_, err := io.WriteString(b.out, screen)
	return err
}

// erase moves the cursor to the block's first line and clears all below.
func (b *bars) erase() string {
	n := b.drawn
	b.drawn = 0
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", n)
}

// block is the lines to stand at the bottom of the screen, never more than
// fit, for what has scrolled off cannot be erased.
func (b *bars) block(r *run) []string {
	now := time.Now()
	columns, rows := b.size()
	var block []string
	for _, t := range r.tasks {
		if len(block) >= rows-2 {
			break
		}
		text := t.label
		if t.note != "" {
			text += ": " + t.note
		}
		block = append(block, b.line(t.fraction(now), text, columns))
	}
	overall := fmt.Sprintf("%d/%d stages, about %s left", r.finished, r.total, clock(r.remaining(now)))
	return append(block, b.line(r.fraction(now), overall, columns))
}

func (b *bars) line(fraction float64, text string, columns int) string {
	text = strings.ReplaceAll(text, "\n", " ")
	room := max(0, columns-barColumns-1)
	if r := []rune(text); len(r) > room {
		text = string(r[:max(0, room-1)]) + "…"
	}
	return b.barText(fraction) + text
}

// barText draws one bar such as " 45% |█████      | ".
func (b *bars) barText(fraction float64) string {
	const full = 1000
	bar := progressbar.NewOptions64(full,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetTheme(b.theme),
		progressbar.OptionEnableColorCodes(b.color),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetWidth(barWidth))
	// Neither call can fail: the writer takes all, and full is not exceeded.
	_ = bar.Set64(int64(fraction * full))
	_ = bar.RenderBlank()
	return strings.TrimRight(strings.TrimPrefix(bar.String(), "\r"), " ") + " "
}
