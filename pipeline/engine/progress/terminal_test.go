package progress

import (
	"fmt"
	"os"
	"testing"

	"github.com/creack/pty"
)

// openTerminal gives the two ends of a new pseudo-terminal.
func openTerminal(t *testing.T) (control, terminal *os.File) {
	t.Helper()
	control, terminal, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { control.Close(); terminal.Close() })
	return control, terminal
}

func TestViewForWriter(t *testing.T) {
	control, terminal := openTerminal(t)
	if err := pty.Setsize(control, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tc := range []struct {
		term  string
		file  *os.File
		quiet bool
		want  string
	}{
		{"xterm", terminal, false, "*progress.bars"},
		{"dumb", terminal, false, "*progress.lines"},
		{"", terminal, false, "*progress.lines"},
		{"xterm", file, false, "*progress.lines"},
		{"xterm", terminal, true, "progress.quiet"},
	} {
		t.Setenv("TERM", tc.term)
		d := New(Options{Writer: tc.file, Quiet: tc.quiet})
		if got := fmt.Sprintf("%T", d.view); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
	}
	if columns, rows := newBars(terminal).size(); columns != 100 || rows != 30 {
		t.Errorf("size %d × %d", columns, rows)
	}
	if columns, rows := newBars(file).size(); columns != 80 || rows != 24 {
		t.Errorf("size of a file %d × %d", columns, rows)
	}
}
