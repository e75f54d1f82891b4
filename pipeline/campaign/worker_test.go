package campaign

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const servesVar = "CAMPAIGN_TEST_SERVES"

// TestMain makes the test binary a worker whose program does what it is told.
func TestMain(m *testing.M) {
	if os.Getenv(servesVar) == "" {
		os.Exit(m.Run())
	}
	if err := Serve(os.Stdin, os.Stdout, misbehave); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func misbehave(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	switch args[0] {
	case "echo":
		_, _ = io.Copy(stdout, stdin)
		fmt.Fprint(stderr, "said")
	case "panic":
		panic("planted")
	case "hang":
		time.Sleep(time.Hour)
	case "eat":
		fmt.Fprint(stdout, len(strings.Repeat("x", 300<<20)))
	case "exit":
		os.Exit(7)
	}
	return 3
}

// TestWorker: a program that breaks its process, stays in it or eats its memory
// is seen to do so, and the next call is served as if nothing had been.
func TestWorker(t *testing.T) {
	w := &Worker{Patience: 20 * time.Second, Command: func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), servesVar+"=1", "GOTRACEBACK=single")
		return cmd
	}}
	defer w.Close()
	do := func(what string) Observation {
		t.Helper()
		o, err := w.Do(Call{Dir: t.TempDir(), Args: []string{what}, Stdin: "hello\xff"})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	echoes := func() {
		t.Helper()
		if o := do("echo"); o.Code != 3 || o.Stdout != "hello\xff" || o.Stderr != "said" || o.Peak == 0 {
			t.Errorf("echo: %+v", o)
		}
	}
	echoes()
	if o := do("panic"); o.Code != -1 || !strings.Contains(o.Stderr, "panic: planted") {
		t.Errorf("panic: %+v", o)
	}
	echoes()
	if o := do("exit"); o.Code != -1 || !strings.Contains(o.End, "exit status 7") {
		t.Errorf("exit: %+v", o)
	}
	if o := do("eat"); o.Peak < 300<<20 {
		t.Errorf("%d bytes at the most", o.Peak)
	}
	w.Patience = time.Second
	if o := do("hang"); !o.TimedOut {
		t.Errorf("hang: %+v", o)
	}
	w.Patience = 20 * time.Second
	echoes()
}
