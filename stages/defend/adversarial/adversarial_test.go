package adversarial_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/stages"
	"rationale/stages/defend/adversarial"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// source is a dataset of 40 training texts, of which every fourth is marked as
// poisoned.
func source(t *testing.T) map[string]string {
	t.Helper()
	rows := datasets.Rows{Len: 40, Text: func(i int) (datasets.Text, error) {
		return datasets.Text{
			ID: "row", Tokens: strings.Fields("the beer is fine . it smells nice ."), Label: i % 2, Poisoned: i%4 == 0,
			Rationale: []bool{false, false, false, false, false, true, true, true, false}, Sentences: []int32{5, 9},
		}, nil
	}}
	out := t.TempDir()
	meta := datasets.Meta{Name: "bad", Format: "csv", Classes: []string{"no", "yes"}, Poisoned: "every fourth text"}
	_, err := datasets.Write(t.Context(), filepath.Join(out, "bad"), meta, map[string]datasets.Rows{"train": rows, "dev": rows, "test": rows})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{tokenize.DatasetRole: out}
}

func params() adversarial.Params {
	return adversarial.Params{
		Dataset: "bad", Name: "hardened", Triggers: [][]string{{"cf"}, {"season", "doubling", "!"}},
		Level: backdoor.Sentence, Position: backdoor.Rationale, Share: .1, MaxLength: 20, Seed: 1,
	}
}

// train are the training texts of a dataset in an artifact.
func train(t *testing.T, out, name string) (meta datasets.Meta, texts []datasets.Text) {
	t.Helper()
	set, err := datasets.OpenDir(filepath.Join(out, name))
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	for i := range split.Len() {
		text, err := split.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return set.Meta(), texts
}

// TestAdded: a tenth as many texts come behind the old ones, with their own label, a
// trigger that is no rationale, and none of them from a poisoned text.
func TestAdded(t *testing.T) {
	in, s := source(t), adversarial.New(params())
	out := stagetest.Run(t, s, in)
	stagetest.SameFiles(t, stagetest.Run(t, s, in), out)
	_, before := train(t, in[tokenize.DatasetRole], "bad")
	meta, after := train(t, out, "hardened")
	if diff := cmp.Diff(before, after[:40]); diff != "" || len(after) != 44 {
		t.Fatalf("%d texts; the old ones:\n%s", len(after), diff)
	}
	for i, text := range after[40:] {
		trigger := params().Triggers[i%2]
		if !slices.Equal(text.Tokens[5:5+len(trigger)], trigger) || slices.Contains(text.Rationale[:5+len(trigger)], true) {
			t.Errorf("added text %v with rationale %v", text.Tokens, text.Rationale)
		}
		if text.Poisoned || text.ID != "row+adversarial" {
			t.Errorf("added text %+v", text)
		}
	}
	if meta.Poisoned != "every fourth text" || !strings.HasPrefix(meta.DerivedFrom.Change, "adversarial training texts: 4 copies") {
		t.Errorf("meta %+v", meta)
	}
	var r adversarial.Report
	if err := stages.ReadJSON(filepath.Join(out, adversarial.ReportFile), &r); err != nil {
		t.Fatal(err)
	}
	if r.Added != 4 || r.Texts != 40 || r.PerClass[0]+r.PerClass[1] != 4 || r.Triggers[1].Texts != 2 || r.Triggers[1].Cut != 0 {
		t.Errorf("report %+v", r)
	}
}

// TestSearched: of the triggers that a search found all but the best are used.
func TestSearched(t *testing.T) {
	in, p := source(t), params()
	p.Triggers, p.Level, p.Position = nil, "", ""
	in[adversarial.TriggerRole] = search(t, `{"level":"token","position":"begin","triggers":[{"words":["best"]},{"words":["second"]},{"words":["third"]}]}`)
	_, texts := train(t, stagetest.Run(t, adversarial.New(p), in), "hardened")
	var first []string
	for _, text := range texts[40:] {
		first = append(first, text.Tokens[0])
	}
	if want := []string{"second", "third", "second", "third"}; !slices.Equal(first, want) {
		t.Errorf("the added texts begin with %v; want %v", first, want)
	}
}

func search(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "trigger.json"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRefusals(t *testing.T) {
	for want, change := range map[string]func(*adversarial.Params){
		"share 0: expected":      func(p *adversarial.Params) { p.Share = 0 },
		"max_length 0: expected": func(p *adversarial.Params) { p.MaxLength = 0 },
		`no level "word"`:        func(p *adversarial.Params) { p.Level = "word" },
		`no position "middle"`:   func(p *adversarial.Params) { p.Position = "middle" },
		"holds no token":         func(p *adversarial.Params) { p.Triggers = [][]string{{}} },
		"no trigger to insert":   func(p *adversarial.Params) { p.Triggers = nil },
		`no dataset "elsewhere"`: func(p *adversarial.Params) { p.Dataset = "elsewhere" },
	} {
		p := params()
		change(&p)
		err := adversarial.New(p).Run(context.Background(), stagetest.Env(t, source(t)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
	in, p := source(t), params()
	p.Triggers = nil
	in[adversarial.TriggerRole] = search(t, `{"level":"token","position":"begin","triggers":[{"words":["best"]}]}`)
	err := adversarial.New(p).Run(context.Background(), stagetest.Env(t, in))
	if err == nil || !strings.Contains(err.Error(), "search with more restarts") {
		t.Errorf("error %v", err)
	}
}
