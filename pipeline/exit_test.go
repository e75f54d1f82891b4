package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("broken"), 1},
		{usagef("no verb"), 2},
		{fmt.Errorf("wrapped: %w", usagef("no verb")), 2},
		{errStale, 3},
		{fmt.Errorf("stage: %w", context.Canceled), 130},
		{errors.Join(usagef("no verb"), context.Canceled), 130},
		{context.DeadlineExceeded, 1},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
}

// full is a stdout on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestDataThatCannotBeWrittenIsAFailure(t *testing.T) {
	var stderr bytes.Buffer
	code := run([]string{"list", "methods"}, strings.NewReader(""), full{}, &stderr)
	if code != exitFailed || !strings.Contains(stderr.String(), "stdout: no space left on device") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}
