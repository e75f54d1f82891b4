package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/dataset"
	"rationale/stages/evaluate"
	"rationale/stages/figure"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// TestSuspect: an error about what an artifact's file says tells how to get rid
// of it, from wherever it comes; others stay as they are.
func TestSuspect(t *testing.T) {
	out := filepath.Join(t.TempDir(), "some where")
	a := &app{globals: &globals{Out: out}}
	folder := filepath.Join(out, "store", "artifacts", "train-0123456789abcdef")
	file := filepath.Join(folder, "run.json")
	told := error(&stages.FileError{Path: file, Err: fmt.Errorf("%s: unknown field", file)})
	elsewhere := "/elsewhere/store/artifacts/train-0123456789abcdef/run.json"
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
		"a model's":     {&runtime.SessionError{Session: file, Err: errors.New("run")}, fmt.Sprintf("runtime: session %q: run", file) + advice},
		"another store": {&stages.FileError{Path: elsewhere, Err: errors.New("unknown field")}, ""},
		"the store's":   {&stages.FileError{Path: filepath.Dir(folder), Err: errors.New("unknown field")}, ""},
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

// TestReadersSayWhichFile: whatever reads a file of an artifact says of its
// errors which file they are about.
func TestReadersSayWhichFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		train.RunFile, train.RecordsFile, graphs.MadeFile, graphs.DevModel, weights.Checkpoint, evaluate.RationalesFile,
		tokenize.SummaryFile, tokenize.VectorsFile, tokenize.VocabularyFile, "dev.arrow",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("of another kind"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, read := range map[string]func() error{
		train.RunFile:     func() error { _, err := train.ReadResult(dir); return err },
		train.RecordsFile: func() error { _, err := figure.ReadRun(dir, nil); return err },
		graphs.MadeFile:   func() error { _, err := graphs.ReadMade(dir); return err },
		graphs.DevModel:   func() error { _, err := backend.Model(nil, filepath.Join(dir, graphs.DevModel), nil); return err },
		weights.Checkpoint: func() error {
			_, err := weights.ReadCheckpoint(filepath.Join(dir, weights.Checkpoint), nil)
			return err
		},
		evaluate.RationalesFile: func() error { _, err := evaluate.ReadExamples(dir); return err },
		tokenize.SummaryFile:    func() error { _, err := tokenize.OpenReader(dir); return err },
		tokenize.VectorsFile:    func() error { _, err := tokenize.ReadVectors(dir); return err },
		"dev.arrow":             func() error { _, err := tokenize.Read(dir, "dev"); return err },
		"reviews":               func() error { _, err := dataset.OpenIn(dir, "reviews"); return err },
	} {
		if err := read(); err == nil || fileIn(err) != filepath.Join(dir, file) {
			t.Errorf("%s: about %q: %v", file, fileIn(err), err)
		}
	}
}
