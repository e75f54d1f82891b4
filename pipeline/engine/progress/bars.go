package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bars shows progress on a terminal: finished stages scroll up, and below them
// stands a block of one bar per running stage and one for the whole run, drawn
// anew at most once an interval.
type bars struct {
	out   io.Writer
	size  func() (columns, rows int)
	color bool
	drawn []int // the widths in columns of the lines that stand on the screen
}

const (
	barInterval = 100 * time.Millisecond
	barFrame    = len("100%") + len(" || ") + 1 // the columns of barText without the bar
	widestBar   = 20
	thinnestBar = 4
)

func newBars(f *os.File) *bars {
	b := &bars{out: f, color: os.Getenv("NO_COLOR") == ""}
	b.size = func() (int, int) {
		columns, rows, err := term.GetSize(int(f.Fd()))
		if err != nil || columns <= 0 || rows <= 0 {
			return 80, 24
		}
		return columns, rows
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
	if len(b.drawn) == 0 {
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
		screen += b.paint(line) + "\n"
		b.drawn = append(b.drawn, uniseg.StringWidth(line))
	}
	_, err := io.WriteString(b.out, screen)
	return err
}

// erase moves the cursor to the block's first row and clears all below. A line
// takes several rows when the terminal has become narrower since it was drawn.
func (b *bars) erase() string {
	columns, _ := b.size()
	rows := 0
	for _, width := range b.drawn {
		rows += max(1, (width+columns-1)/columns)
	}
	b.drawn = b.drawn[:0]
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", rows)
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

// line is a bar with a text behind it, cut to one column less than there are:
// some terminals wrap a line that fills them.
func (b *bars) line(fraction float64, text string, columns int) string {
	width := min(widestBar, max(thinnestBar, columns/3))
	return cut(b.barText(fraction, width)+strings.ReplaceAll(text, "\n", " "), columns-1)
}

// cut shortens a text to so many columns. Letters of East Asia take two each.
func cut(text string, columns int) string {
	if uniseg.StringWidth(text) <= columns {
		return text
	}
	end, used := 0, 1 // for the dots
	for letters := uniseg.NewGraphemes(text); letters.Next(); {
		used += letters.Width()
		if used > columns {
			break
		}
		_, end = letters.Positions()
	}
	if columns < 1 {
		return ""
	}
	return text[:end] + "…"
}

// barText draws one bar such as " 45% |█████      | ", barFrame + width columns
// wide.
func (b *bars) barText(fraction float64, width int) string {
	const full = 1000
	bar := progressbar.NewOptions64(full,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetTheme(progressbar.ThemeDefault),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetWidth(width))
	// Neither call can fail: the writer takes all, and full is not exceeded.
	_ = bar.Set64(int64(fraction * full))
	_ = bar.RenderBlank()
	return strings.TrimRight(strings.TrimPrefix(bar.String(), "\r"), " ") + " "
}

// paint colours the full part of a line's bar. What is painted takes up no other
// columns, so lines are measured and cut before.
func (b *bars) paint(line string) string {
	saucer := progressbar.ThemeDefault.Saucer
	begin := strings.Index(line, saucer)
	if !b.color || begin < 0 {
		return line
	}
	end := begin
	for strings.HasPrefix(line[end:], saucer) {
		end += len(saucer)
	}
	return line[:begin] + "\x1b[36m" + line[begin:end] + "\x1b[0m" + line[end:]
}
