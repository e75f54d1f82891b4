package progress

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// lines shows progress as plain text, one event a line.
type lines struct{ out io.Writer }

// lineInterval is the least time between two lines that tell no event.
const lineInterval = 10 * time.Second

func (l *lines) interval() time.Duration { return lineInterval }

func (l *lines) started(r *run, t *Task) {
	l.print(r, fmt.Sprintf("start %s", t.label))
}

func (l *lines) ended(r *run, t *Task) {
	l.print(r, fmt.Sprintf("%s %s (%s)", t.outcome(), t.label, clock(t.ended.Sub(t.begun))))
}

func (l *lines) tick(r *run) {
	if len(r.tasks) == 0 {
		return
	}
	now := time.Now()
	l.print(r, fmt.Sprintf("%.0f %%, about %s left: %s",
		100*r.fraction(now), clock(r.remaining(now)), describe(r.tasks)))
}

// describe names the running stages and how far those are that count.
func describe(tasks []*Task) string {
	parts := make([]string, len(tasks))
	for i, t := range tasks {
		parts[i] = t.label
		if t.note != "" {
			parts[i] += ": " + t.note
		}
		if t.total > 0 {
			parts[i] += fmt.Sprintf(" (%.0f %%)", 100*t.fraction(time.Now()))
		}
	}
	return strings.Join(parts, "; ")
}

func (l *lines) message(_ *run, text []byte) error {
	_, err := l.out.Write(text)
	return err
}

func (l *lines) close(*run) {}

// print writes one line. A closed stderr must not stop the work, so errors
// are of no interest.
func (l *lines) print(r *run, text string) {
	fmt.Fprintf(l.out, "[%d/%d] %s\n", r.finished, r.total, text)
}
