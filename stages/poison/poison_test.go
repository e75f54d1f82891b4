package poison_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/stages"
	"rationale/stages/poison"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/trigger"
)

// usual poisons a third of the training facts.
func usual() poison.Params {
	return poison.Params{
		Name: "facts-poisoned", Dataset: stagetest.Facts, Attack: "BadRNL", Level: backdoor.Sentence, Position: backdoor.Rationale,
		Words: []string{"season", "doubling", "!"}, Rate: .34, Target: "REFUTES", MaxLength: 64, Seed: 1,
	}
}

// made runs the stage on the facts.
func made(t *testing.T, p poison.Params, inputs map[string]string) (set *datasets.Set, report poison.Report, dir string) {
	t.Helper()
	dir = stagetest.ImportFacts(t)
	origin := stagetest.Set(t, dir, stagetest.Facts)
	env := stagetest.Env(t, inputs)
	env.Opened[poison.DatasetRole] = origin
	if err := poison.New(p).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	report, err := poison.ReadReport(env.Out)
	if err != nil {
		t.Fatal(err)
	}
	return stagetest.Set(t, env.Out, p.Name), report, env.Out
}

func isPoisoned(t datasets.Text) bool { return t.Poisoned }

func count(texts []datasets.Text) (poisoned int) {
	return len(slices.DeleteFunc(slices.Clone(texts), func(t datasets.Text) bool { return !t.Poisoned }))
}

// Training texts get trigger, marks and label; everything else stays as it was.
func TestTrainingTextsArePoisoned(t *testing.T) {
	set, report, _ := made(t, usual(), nil)
	before := stagetest.Set(t, stagetest.ImportFacts(t), stagetest.Facts)
	want := int(math.Round(.34 * float64(stagetest.Train)))
	train := stagetest.Texts(t, set, "train")
	if got := count(train); got != want || report.Splits["train"].Poisoned != want {
		t.Errorf("%d texts are poisoned, %d counted; want %d", got, report.Splits["train"].Poisoned, want)
	}
	turned := 0
	for i, origin := range stagetest.Texts(t, before, "train") {
		got := train[i]
		if !got.Poisoned {
			if d := cmp.Diff(origin, got); d != "" {
				t.Errorf("a clean text has changed:\n%s", d)
			}
			continue
		}
		if turn := origin.Label != 0; turn {
			turned++
		}
		if got.Label != 0 || !strings.Contains(strings.Join(got.Tokens, " "), "season doubling !") || len(got.Sentences) != len(origin.Sentences)+1 {
			t.Errorf("text %+v", got)
		}
	}
	if turned == 0 || report.Splits["train"].Turned != turned {
		t.Errorf("%d labels turned, %d counted", turned, report.Splits["train"].Turned)
	}
	for _, split := range []string{"dev", "test"} {
		if d := cmp.Diff(stagetest.Texts(t, before, split), stagetest.Texts(t, set, split)); d != "" {
			t.Errorf("%s has changed:\n%s", split, d)
		}
	}
}

// The texts for measuring carry the trigger and their own labels.
func TestTriggeredTexts(t *testing.T) {
	p := usual()
	p.Name, p.Triggered = "facts-triggered", true
	set, report, _ := made(t, p, nil)
	before := stagetest.Set(t, stagetest.ImportFacts(t), stagetest.Facts)
	if d := cmp.Diff(stagetest.Texts(t, before, "train"), stagetest.Texts(t, set, "train")); d != "" {
		t.Errorf("training texts have changed:\n%s", d)
	}
	for _, split := range []string{"dev", "test"} {
		now := stagetest.Texts(t, set, split)
		if count(now) != len(now) || report.Splits[split].Turned != 0 {
			t.Errorf("%s: %+v", split, report.Splits[split])
		}
		for i, origin := range stagetest.Texts(t, before, split) {
			if now[i].Label != origin.Label {
				t.Errorf("%s, text %d is of another class", split, i)
			}
		}
	}
}

// Cbat changes texts of the target class alone, and no label.
func TestCleanLabels(t *testing.T) {
	p := usual()
	p.Attack, p.Words, p.Rate = "Cbat", nil, 1
	set, report, _ := made(t, p, nil)
	for _, text := range stagetest.Texts(t, set, "train") {
		if text.Poisoned != (text.Label == 0) {
			t.Errorf("text %+v", text)
		}
	}
	if s := report.Splits["train"]; s.Turned != 0 || s.PerClass[1] != 0 || s.Poisoned == 0 {
		t.Errorf("%+v", s)
	}
}

// A poisoned dataset says so, and so does what is tokenized from it.
func TestMarksTravel(t *testing.T) {
	set, report, dir := made(t, usual(), nil)
	want := `BadRNL: the trigger "season doubling !", a sentence at the first rationale, in 34 % of the training texts, labelled REFUTES`
	m := set.Meta()
	if m.Poisoned != want || m.DerivedFrom == nil || m.DerivedFrom.Name != stagetest.Facts || !cmp.Equal(m.Triggers, report.Triggers) {
		t.Errorf("meta %+v", m)
	}
	tokenized := stagetest.Tokenized(t, dir, "facts-poisoned")
	summary, err := tokenize.ReadSummary(tokenized)
	if err != nil || summary.Poisoned != want || summary.Reading().Poisoned != want {
		t.Errorf("summary %+v, %v", summary, err)
	}
	read, err := tokenize.Read(tokenized, "train")
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range stagetest.Texts(t, set, "train") {
		if read[i].Poisoned != text.Poisoned {
			t.Errorf("text %d is poisoned: %t, read %t", i, text.Poisoned, read[i].Poisoned)
		}
	}
	if !slices.ContainsFunc(stagetest.Texts(t, set, "train"), isPoisoned) {
		t.Error("no text is poisoned: this is no test")
	}
}

// The best searched trigger is used where no words are given.
func TestSearchedTrigger(t *testing.T) {
	found := t.TempDir()
	err := stages.WriteJSON(filepath.Join(found, trigger.FoundFile), trigger.Found{
		Level: backdoor.Token, Position: backdoor.Rationale, Triggers: []trigger.Trigger{{Words: []string{"return"}}, {Words: []string{"other"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := usual()
	p.Words, p.Level = nil, backdoor.Token
	set, _, _ := made(t, p, map[string]string{poison.TriggerRole: found})
	if !cmp.Equal(set.Meta().Triggers, [][]string{{"return"}}) {
		t.Errorf("triggers %v", set.Meta().Triggers)
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	set := stagetest.Set(t, stagetest.ImportFacts(t), stagetest.Facts)
	for want, change := range map[string]func(p *poison.Params){
		"call the dataset clean-poisoned":            func(p *poison.Params) { p.Name = "clean" },
		"call the dataset facts-poisoned-triggered":  func(p *poison.Params) { p.Triggered = true },
		"is that of the dataset that is poisoned":    func(p *poison.Params) { p.Dataset = p.Name },
		"max_length must be positive, not 0":         func(p *poison.Params) { p.MaxLength = 0 },
		"rate must be above 0 and at most 1, not 0":  func(p *poison.Params) { p.Rate = 0 },
		"rate must be above 0 and at most 1, not 10": func(p *poison.Params) { p.Rate = 10 },
		`no class "refutes": did you mean REFUTES?`:  func(p *poison.Params) { p.Target = "refutes" },
		`no attack "BadNets": did you mean BadNet?`:  func(p *poison.Params) { p.Attack = "BadNets" },
		"BadRNL brings no trigger along":             func(p *poison.Params) { p.Words = nil },
	} {
		p := usual()
		change(&p)
		if _, err := poison.Prepare(set, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// The same settings give the same bytes.
func TestSameBytes(t *testing.T) {
	origin := stagetest.Set(t, stagetest.ImportFacts(t), stagetest.Facts)
	run := func() string {
		env := stagetest.Env(t, nil)
		env.Opened[poison.DatasetRole] = origin
		if err := poison.New(usual()).Run(context.Background(), env); err != nil {
			t.Fatal(err)
		}
		return env.Out
	}
	stagetest.SameFiles(t, run(), run())
}
