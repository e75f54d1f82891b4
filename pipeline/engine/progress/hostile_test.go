package progress

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

// Names and messages come from data; only the display's own sequences may steer
// the terminal.
func TestNothingFromElsewhereSteersTheTerminal(t *testing.T) {
	var out bytes.Buffer
	d := New(Options{Writer: &out})
	d.Begin(0, 1, 1)
	task := d.Start("run \x1b[2J\nx", 1, false)
	task.Advance(1, "note \u202e\u009b")
	if _, err := d.Write([]byte("message \x1b]0;pwn\x07\n")); err != nil {
		t.Fatal(err)
	}
	d.view.tick(&d.run)
	task.End(nil)
	d.Close()
	if strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
		t.Errorf("%q", out.String())
	}
	if !strings.Contains(out.String(), `run \u001b[2J\u000ax`) || !strings.Contains(out.String(), `note \u202e\u009b`) {
		t.Errorf("%s", out.String())
	}
}
