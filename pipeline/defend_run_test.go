package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages/stagetest"
)

// defending is a folder with a trained run, and a dataset whose test texts begin with
// a trigger.
func defending(t *testing.T) *globals {
	t.Helper()
	s := newSession(t)
	s.mustRun("out", trainSomeRun...)
	g := &globals{Out: filepath.Join(s.dir, "out"), Jobs: 1, Quiet: true}
	made, err := filepath.Glob(filepath.Join(g.storeDir(), "artifacts", "import-*"))
	if err != nil || len(made) != 1 {
		t.Fatalf("generated datasets %v, error %v", made, err)
	}
	g.Data = stagetest.Triggered(t, made[0], "generated-aroma", "triggered", func(datasets.Text) int { return 0 }, "cf", "!")
	return g
}

// defend runs the verb and gives what it prints.
func (c defendRunCmd) defend(t *testing.T, g *globals) (string, error) {
	t.Helper()
	var out, said bytes.Buffer
	a := newApp(g, strings.NewReader(""), &out, &said)
	err := a.finish(c.Run(context.Background(), a))
	return out.String(), err
}

// TestDefendsRuns shows each defence with its numbers before and after; asked again
// it says the same.
func TestDefendsRuns(t *testing.T) {
	g := defending(t)
	for _, defence := range []string{"onion", "attdef"} {
		c := defendRunCmd{Name: someRun, Defence: defence, runDefenceFlags: runDefenceFlags{Triggered: "triggered", Class: "negative", Draws: 2}}
		printed, err := c.defend(t, g)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{someRun, "METRIC", "asr_trigger_all  argmax", "Behind the length limit: ", "Clean test texts: ", "Triggered test texts: ", " triggers that are read are hit", "TAKEN OUT", "development texts"} {
			if !strings.Contains(printed, want) {
				t.Errorf("%s prints no %q:\n%s", defence, want, printed)
			}
		}
		if again, err := c.defend(t, g); err != nil || again != printed {
			t.Errorf("%s prints something else the second time: %v\n%s", defence, err, again)
		}
		c.JSON = true
		checkDefended(t, c, g)
	}
}

func checkDefended(t *testing.T, c defendRunCmd, g *globals) {
	t.Helper()
	printed, err := c.defend(t, g)
	if err != nil {
		t.Fatal(err)
	}
	var d defendedRun
	if err := json.Unmarshal([]byte(printed), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Before) != 24 || len(d.After) != 24 || d.Report.Triggered == nil || !strings.HasPrefix(d.Defence, c.Defence+"-") {
		t.Errorf("%d numbers before, %d after, of %s", len(d.Before), len(d.After), d.Defence)
	}
}

// TestDefendRunRefuses says what is wrong before anything is made.
func TestDefendRunRefuses(t *testing.T) {
	g := defending(t)
	for want, c := range map[string]defendRunCmd{
		"go together":        {Name: someRun, Defence: "attdef", runDefenceFlags: runDefenceFlags{Triggered: "triggered"}},
		"--draws -1":         {Name: someRun, Defence: "attdef", runDefenceFlags: runDefenceFlags{Draws: -1}},
		"one of them":        {Name: someRun, Defence: "onion", runDefenceFlags: runDefenceFlags{Clean: "a", LanguageModel: "b"}},
		"did you mean neg":   {Name: someRun, Defence: "attdef", runDefenceFlags: runDefenceFlags{Triggered: "triggered", Class: "negativ"}},
		`no run "nosuch"`:    {Name: "nosuch", Defence: "onion"},
		`no dataset "other"`: {Name: someRun, Defence: "onion", runDefenceFlags: runDefenceFlags{Triggered: "other", Class: "negative"}},
		`no dataset "clean"`: {Name: someRun, Defence: "onion", runDefenceFlags: runDefenceFlags{Clean: "clean"}},
		"model.onnx":         {Name: someRun, Defence: "onion", runDefenceFlags: runDefenceFlags{LanguageModel: t.TempDir()}},
	} {
		if _, err := c.defend(t, g); err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, new(usageError)) {
			t.Errorf("error %v; want one of usage with %q in it", err, want)
		}
	}
}
