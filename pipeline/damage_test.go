package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"rationale/pipeline/engine"
	"rationale/stages"
)

// TestSuspect: an error about what an artifact's file says tells how to get rid
// of it, from wherever it comes; others stay as they are.
func TestSuspect(t *testing.T) {
	out := filepath.Join(t.TempDir(), "some where")
	a := &app{globals: &globals{Out: out}}
	folder := filepath.Join(out, "store", "artifacts", "train-0123456789abcdef")
	told := fmt.Errorf("%s/run.json: unknown field", folder)
	advice := "; the file is as it was published: if it is at fault, remove the folder '" + folder + "' and the command that made it makes it again"
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a verb's":      {told, told.Error() + advice},
		"a stage's":     {&engine.StageError{Stage: "evaluate", Err: told}, (&engine.StageError{Stage: "evaluate", Err: told}).Error() + advice},
		"damage":        {fmt.Errorf("%w %w", told, &engine.DamageError{ID: "train-0123456789abcdef"}), ""},
		"unreadable":    {fmt.Errorf("%w %w", told, &fs.PathError{Op: "open", Path: folder, Err: fs.ErrPermission}), ""},
		"a fault":       {errors.Join(told, &stages.Panic{Value: "boom"}), ""},
		"interrupted":   {errors.Join(told, context.Canceled), ""},
		"another store": {errors.New("/elsewhere/store/artifacts/train-0123456789abcdef/run.json: unknown field"), ""},
		"no artifact":   {errors.New("train.csv:3: empty text"), ""},
	} {
		if c.want == "" {
			c.want = c.err.Error()
		}
		got := a.suspect(c.err)
		if got.Error() != c.want || !errors.Is(got, c.err) {
			t.Errorf("%s: got  %v\nwant %v", name, got, c.want)
		}
	}
	if err := a.suspect(nil); err != nil {
		t.Error(err)
	}
	if stale := a.suspect(errStale); !strings.Contains(stale.Error(), "not up to date") {
		t.Error(stale)
	}
}
