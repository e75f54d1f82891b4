package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// evaluations is `evaluations`: it sets EVALUATIONn to the id of the
// evaluation that drew masks n times, for each that the store has.
func evaluations(ts *testscript.TestScript, _ bool, _ []string) {
	found, err := filepath.Glob(ts.MkAbs("out/store/artifacts/evaluate-*"))
	ts.Check(err)
	for _, dir := range found {
		var m struct {
			Params struct{ Draws int } `json:"params"`
		}
		data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
		ts.Check(err)
		ts.Check(json.Unmarshal(data, &m))
		ts.Setenv(fmt.Sprintf("EVALUATION%d", m.Params.Draws), filepath.Base(dir))
	}
}

// harms are what manifests can do to a manifest whose bytes are given.
var harms = map[string]func(path string, data []byte) error{
	"remove":   func(path string, _ []byte) error { return os.Remove(path) },
	"truncate": func(path string, data []byte) error { return os.Truncate(path, int64(len(data)/2)) },
	"pipe": func(path string, _ []byte) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return syscall.Mkfifo(path, 0o644)
	},
	"flip": func(path string, data []byte) error {
		data[len(data)/2] ^= 4
		return os.WriteFile(path, data, 0o644)
	},
}

// manifests is `manifests PREFIX HARM|restore`: it harms the manifest of the
// only artifact whose id begins so, or brings it back.
func manifests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: manifests PREFIX remove|truncate|pipe|flip|restore")
	}
	found, err := filepath.Glob(ts.MkAbs("out/store/artifacts/" + args[0] + "*"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s matches %d artifacts, want 1", args[0], len(found))
	}
	path, kept := filepath.Join(found[0], "manifest.json"), ts.MkAbs("kept-manifest.json")
	if args[1] == "restore" {
		data, err := os.ReadFile(kept)
		ts.Check(err)
		os.Remove(path)
		ts.Check(os.WriteFile(path, data, 0o644))
		return
	}
	data, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(kept, data, 0o644))
	ts.Check(harms[args[1]](path, data))
}

// forVerbs is `for-verbs RUN PATTERN`: every verb that reads a run must fail
// and say what the pattern matches, and must write nothing.
func forVerbs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: for-verbs RUN PATTERN")
	}
	pattern := regexp.MustCompile(args[1])
	for _, command := range [][]string{
		{"evaluate", args[0]}, {"evaluate", args[0], "--json"}, {"compare", args[0], args[0]},
		{"explain", args[0], "--html", "never.html"}, {"explain", args[0], "a lovely aroma"}, {"export", args[0], "never"},
	} {
		exits(ts, false, append([]string{"1", "rationale"}, command...))
		if text := ts.ReadFile("stderr"); !pattern.MatchString(text) {
			ts.Fatalf("%v: no match for %q in %s", command, args[1], text)
		}
		if text := ts.ReadFile("stdout"); text != "" {
			ts.Fatalf("%v printed %s", command, text)
		}
	}
	left, err := filepath.Glob(ts.MkAbs("never*"))
	ts.Check(err)
	if left != nil {
		ts.Fatalf("left: %v", left)
	}
}

// pipe is `pipe FILE`: it makes a named pipe.
func pipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pipe FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// obstruct is `obstruct PLAN LABEL [remove]`: it puts a file where the stage with
// that label, in a plan as --dry-run --json tells it, keeps its state.
func obstruct(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: obstruct PLAN LABEL [remove]")
	}
	var plan struct{ Decisions []struct{ ID, Label string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &plan))
	i := slices.IndexFunc(plan.Decisions, func(d struct{ ID, Label string }) bool { return d.Label == args[1] })
	if i < 0 {
		ts.Fatalf("no stage %q is planned", args[1])
	}
	path := ts.MkAbs(filepath.Join("out/store/work", plan.Decisions[i].ID))
	if len(args) > 2 {
		ts.Check(os.Remove(path))
		return
	}
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, nil, 0o644))
}

// labelled is `labelled STAGE LABEL HARM`: it harms the manifest of the only
// artifact of the stage with that label.
func labelled(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: labelled STAGE LABEL HARM")
	}
	found, err := filepath.Glob(ts.MkAbs("out/store/artifacts/" + args[0] + "-*/manifest.json"))
	ts.Check(err)
	harmed := 0
	for _, path := range found {
		data, err := os.ReadFile(path)
		ts.Check(err)
		if strings.Contains(string(data), `"label": "`+args[1]+`"`) {
			ts.Check(harms[args[2]](path, data))
			harmed++
		}
	}
	if harmed != 1 {
		ts.Fatalf("%d artifacts are labelled %q, want 1", harmed, args[1])
	}
}
