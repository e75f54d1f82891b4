package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rationale/stages"
)

// faulty is a stdout that stands for a fault anywhere in the program.
type faulty struct{}

func (faulty) Write([]byte) (int, error) { panic("no such column") }

// TestFaultOfTheProgram: a panic is exit code 1, a message with a place to
// report it, and a file with the trace.
func TestFaultOfTheProgram(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	var stderr bytes.Buffer
	code := run([]string{"list", "methods"}, strings.NewReader(""), faulty{}, &stderr)
	if code != exitFailed || strings.Contains(stderr.String(), "goroutine") {
		t.Errorf("exit code %d:\n%s", code, &stderr)
	}
	found := regexp.MustCompile(`panic: no such column\n.*fault of the program.*\n.*report it.* the trace in (.*)\n`).FindStringSubmatch(stderr.String())
	if found == nil || !strings.HasPrefix(found[1], cache) {
		t.Fatalf("the program said\n%s", &stderr)
	}
	trace, err := os.ReadFile(found[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`arguments: ["list" "methods"]`, "rationale ", "panic: no such column", "faulty.Write"} {
		if !strings.Contains(string(trace), want) {
			t.Errorf("no %q in the trace:\n%s", want, trace)
		}
	}
}

// TestTraceWithoutCacheFolder: the temporary folder takes the trace where the
// cache does not, and stderr where neither does.
func TestTraceWithoutCacheFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv("HOME", file)
	t.Setenv("TMPDIR", dir)
	path, err := keepTrace("trace")
	if err != nil || filepath.Dir(path) != dir {
		t.Errorf("%s, %v; want a file in %s", path, err, dir)
	}
	t.Setenv("TMPDIR", file)
	var stderr bytes.Buffer
	report(&stderr, []*stages.Panic{{Value: "boom", Stack: []byte("the stack\n")}}, nil)
	if !strings.HasSuffix(stderr.String(), "panic: boom\nthe stack\n") {
		t.Errorf("the program said\n%s", &stderr)
	}
}

func TestFaultsAreFoundInErrors(t *testing.T) {
	a, b := &stages.Panic{Value: "a"}, &stages.Panic{Value: "b"}
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("broken"), 0},
		{a, 1},
		{fmt.Errorf("stage: %w", a), 1},
		{errors.Join(errors.New("broken"), fmt.Errorf("stage: %w", errors.Join(a, b))), 2},
	} {
		if got := faults(tc.err); len(got) != tc.want {
			t.Errorf("%v: %d faults, want %d", tc.err, len(got), tc.want)
		}
	}
}
