package stages_test

import (
	"errors"
	"strings"
	"testing"

	"rationale/stages"
)

func index(list []int, i int) int { return list[i] }

func TestGuard(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		work  func() error
		want  string
		stack string // a function that the trace names; empty for no panic
	}{
		"done":        {work: func() error { return nil }},
		"an error":    {work: func() error { return broken }, want: "broken"},
		"a fault":     {func() error { index(nil, 3); return nil }, "panic: runtime error: index out of range [3] with length 0", "stages_test.index"},
		"a value":     {func() error { panic("boom") }, "panic: boom", "TestGuard"},
		"an error up": {func() error { panic(broken) }, "panic: broken", "TestGuard"},
	} {
		t.Run(name, func(t *testing.T) {
			err := stages.Guard(tc.work)
			if got := text(err); got != tc.want {
				t.Errorf("error %q; want %q", got, tc.want)
			}
			var fault *stages.Panic
			if errors.As(err, &fault) != (tc.stack != "") {
				t.Fatalf("%T", err)
			}
			if fault != nil && !strings.Contains(string(fault.Stack), tc.stack) {
				t.Errorf("no %s in the trace:\n%s", tc.stack, fault.Stack)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
