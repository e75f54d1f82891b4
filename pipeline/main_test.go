package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rationale/onnx/runtime"
	"rationale/tokenizer/embeddings"
)

// programs are what tests run as processes of their own.
var programs = map[string]func(){"rationale": main, "endless": endless}

func TestMain(m *testing.M) {
	testscript.Main(m, programs)
}

// TestScripts runs the program as people do; each script of testdata/script is
// a session at the command line.
func TestScripts(t *testing.T) {
	lib := library(t)
	cases, err := filepath.Abs(filepath.Join("testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	bert, err := filepath.Abs(filepath.Join("..", "onnx", "pretrained", "testdata", "bert_tiny"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv(runtime.LibraryVariable, lib)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("CASES", cases)
			e.Setenv("BERT", bert)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "damage": damage, "snapshot": snapshot,
			"evaluations": evaluations, "manifests": manifests, "for-verbs": forVerbs, "labelled": labelled, "pipe": pipe, "obstruct": obstruct, "vectors": vectors, "extends": extends,
		},
	})
}

// library is the onnxruntime library that the tests run on. Without one they
// fail: what was never checked must not pass for checked.
func library(t *testing.T) string {
	t.Helper()
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatalf("these tests train models on onnxruntime; run `make library` first: %v", err)
	}
	return lib.Path
}

// exits is `exits CODE COMMAND ARG...`: the command must end with that code.
// Its output is there for stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// vectors is `vectors FILE WORD...`: it writes a vector of each word, in the form
// and width of GloVe.
func vectors(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: vectors FILE WORD...")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), glove(args[1:]), 0o644))
}

// extends is `extends LONG SHORT WORD...`: LONG must be the file SHORT and these
// words behind it, a line each.
func extends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: extends LONG SHORT WORD...")
	}
	want := ts.ReadFile(args[1]) + strings.Join(args[2:], "\n") + "\n"
	if got := ts.ReadFile(args[0]); got != want {
		ts.Fatalf("%s is %q, want %q", args[0], got, want)
	}
}

func glove(words []string) []byte {
	var text []byte
	for i, word := range words {
		text = append(text, word...)
		for k := range embeddings.DefaultDim {
			text = fmt.Appendf(text, " %.2f", math.Sin(float64(1+i*embeddings.DefaultDim+k)))
		}
		text = append(text, '\n')
	}
	return text
}

// damage is `damage PATTERN`: it flips one bit in the middle of the only file
// that matches.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage PATTERN")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s matches %d files, want 1", args[0], len(found))
	}
	data, err := os.ReadFile(found[0])
	ts.Check(err)
	data[len(data)/2] ^= 4
	ts.Check(os.WriteFile(found[0], data, 0o644))
}

// snapshot is `snapshot FOLDER FILE`: it lists every file below the folder
// with size and time of change, to be compared with another snapshot.
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: snapshot FOLDER FILE")
	}
	var list strings.Builder
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			fmt.Fprintln(&list, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(list.String()), 0o644))
}
