package main

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// conversation is a predict that is running, with both ends of its pipes.
type conversation struct {
	t       *testing.T
	cmd     *exec.Cmd
	in      io.WriteCloser
	pipe    io.ReadCloser
	answers *bufio.Reader
	said    *bytes.Buffer // on stderr
}

func converse(t *testing.T, s *session) *conversation {
	t.Helper()
	cmd, said := s.command("none", "predict", "model")
	cmd.Stdout = nil
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &conversation{t, cmd, in, out, bufio.NewReader(out), said}
}

// ask gives a text and waits for its answer.
func (c *conversation) ask(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, text+"\n"); err != nil {
		c.t.Fatal(err)
	}
	if line, err := c.answers.ReadString('\n'); err != nil || !strings.Contains(line, `"label":`) {
		c.t.Fatalf("%q, error %v", line, err)
	}
}

// ends waits for the program, which must not take long.
func (c *conversation) ends(want int) {
	c.t.Helper()
	late := time.AfterFunc(30*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait()
	if code := c.cmd.ProcessState.ExitCode(); code != want {
		c.t.Errorf("exit code %d, want %d", code, want)
	}
}

// TestPredictWhileTextsCome: each text is answered before the next one comes. The
// end of the texts, a signal, and a reader who leaves end the program, whether or
// not more texts are to come.
func TestPredictWhileTextsCome(t *testing.T) {
	s := newSession(t)
	s.mustRun("out", trainSomeRun...)
	s.mustRun("out", "export", someRun, "model")
	for name, c := range map[string]struct {
		end  func(c *conversation)
		code int
		says string
	}{
		"no more texts": {func(c *conversation) { c.in.Close() }, exitDone, ""},
		"a signal":      {func(c *conversation) { _ = c.cmd.Process.Signal(syscall.SIGINT) }, exitInterrupted, "interrupted; the first 2 lines were answered\n"},
		"no reader": {func(c *conversation) {
			c.pipe.Close()
			_, _ = io.WriteString(c.in, "once more\n")
		}, exitDone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			talk := converse(t, s)
			talk.ask("a lovely aroma")
			talk.ask("a poor one\r")
			c.end(talk)
			talk.ends(c.code)
			if said := talk.said.String(); !strings.HasSuffix(said, c.says) || c.says == "" && said != "" {
				t.Errorf("it said %q, want %q", said, c.says)
			}
		})
	}
}
