package progress

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
)

// show is a display on a real pseudo-terminal, and what is to be seen there.
type show struct {
	*Display
	t                 *testing.T
	control, terminal *os.File
	screen
}

func newShow(t *testing.T, columns int) *show {
	control, terminal := openTerminal(t)
	s := &show{t: t, control: control, terminal: terminal}
	s.widen(columns)
	t.Setenv("TERM", "xterm")
	s.Display = New(Options{Writer: terminal})
	return s
}

// read takes in all that was written so far. The bell marks its end.
func (s *show) read() {
	s.t.Helper()
	if _, err := s.terminal.WriteString("\a"); err != nil {
		s.t.Fatal(err)
	}
	buffer := make([]byte, 1<<16)
	for before := s.bells; s.bells == before; {
		n, err := s.control.Read(buffer)
		if err != nil {
			s.t.Fatal(err)
		}
		s.screen.Write(buffer[:n])
	}
}

func (s *show) widen(columns int) {
	s.t.Helper()
	if err := pty.Setsize(s.control, &pty.Winsize{Rows: 24, Cols: uint16(columns)}); err != nil {
		s.t.Fatal(err)
	}
	s.resize(columns)
}

// seconds is what a stage took, which is more on a busy machine.
var seconds = regexp.MustCompile(`\(\d+s\)`)

// TestNoLineIsLeftBehind: whatever the width, its changes, the colours and the
// names, nothing stays on the terminal but the stages that have ended.
func TestNoLineIsLeftBehind(t *testing.T) {
	long := "train RNP+A2I on generated-appearance, seed 1"
	for _, test := range []struct {
		name   string
		label  string
		widths []int
	}{
		{"80 columns", long, []int{80}},
		{"40 columns", long, []int{40}},
		{"narrower than a bar", long, []int{9}},
		{"wide letters", "train RNP on 数据集数据集数据集数据集数据集数据集, seed 1", []int{80}},
		{"narrower and wider", long, []int{80, 40, 31, 100, 60, 17, 80}},
	} {
		for _, plain := range []string{"", "1"} {
			t.Run(test.name+", NO_COLOR="+plain, func(t *testing.T) {
				t.Setenv("NO_COLOR", plain)
				s := newShow(t, test.widths[0])
				s.run = run{total: 3 * len(test.widths), left: 100, begun: time.Now()}
				var want strings.Builder
				for _, width := range test.widths {
					s.widen(width)
					s.stages(test.label, &want)
				}
				s.view.close(&s.run)
				s.read()
				if diff := cmp.Diff(want.String(), seconds.ReplaceAllString(s.String(), "(0s)")); diff != "" {
					t.Errorf("%d lines, want %d (-want +got):\n%s", strings.Count(s.String(), "\n"), strings.Count(want.String(), "\n"), diff)
				}
				if coloured := strings.Contains(s.raw.String(), "\x1b[36m"); coloured != (plain == "" && test.widths[0] > 20) {
					t.Errorf("colours: %v", coloured)
				}
			})
		}
	}
}

// stages runs three stages side by side, one of them to its end, and leaves the
// bars standing.
func (s *show) stages(label string, want *strings.Builder) {
	s.t.Helper()
	var tasks []*Task
	for range 3 {
		task := s.Start(label, 10, false)
		task.Total(100)
		tasks = append(tasks, task)
	}
	for i := range 20 {
		tasks[i%3].Advance(15, fmt.Sprintf("epoch %d, loss 0.%d, and a note that is longer than any line", i, i))
		s.redraw()
		s.read() // or the terminal's buffer fills up
	}
	tasks[0].End(nil)
	fmt.Fprintf(want, "done %s (0s)\n", label)
	s.read()
}

// TestDumbTerminal: where the cursor cannot move there are lines and no sequences.
func TestDumbTerminal(t *testing.T) {
	s := newShow(t, 80)
	t.Setenv("TERM", "dumb")
	s.Display = New(Options{Writer: s.terminal})
	s.Begin(0, 1, 1)
	s.Start("train", 1, false).End(nil)
	s.Close()
	s.read()
	if want := "[0/1] start train\n[1/1] done train (0s)\n"; seconds.ReplaceAllString(s.String(), "(0s)") != want || strings.Contains(s.raw.String(), "\x1b") {
		t.Errorf("%q, want %q", s.raw.String(), want)
	}
}
