package dataset_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// word is what the toy stage puts behind every text.
const word = "indeed"

// adder is a stage that copies a dataset with a word more in every text.
type adder struct{ from, to string }

func (*adder) Name() string  { return "add" }
func (*adder) Version() int  { return 1 }
func (a *adder) Params() any { return struct{ From, To string }{a.from, a.to} }

func (a *adder) Run(ctx context.Context, env *stages.Env) error {
	set, done, err := dataset.Open(env, "dataset", a.from)
	if err != nil {
		return err
	}
	defer done()
	meta := set.Derive(a.to, "the word "+word+" behind every text")
	meta.Poisoned = "all texts end with " + word
	rows := map[string]datasets.Rows{}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return err
		}
		rows[name] = datasets.Rows{Len: split.Len(), Text: func(i int) (datasets.Text, error) {
			text, err := split.Text(i)
			return added(text), err
		}}
	}
	_, err = dataset.Write(ctx, env, meta, rows)
	return err
}

// added is a text with the word and a space before it at its end, as part of its
// last sentence and of no rationale.
func added(t datasets.Text) datasets.Text {
	t.Tokens = append(t.Tokens, word)
	if t.Rationale != nil {
		t.Rationale = append(t.Rationale, false)
	}
	if t.Spaces != nil {
		t.Spaces = append(t.Spaces, true)
	}
	if last := len(t.Sentences) - 1; last >= 0 {
		t.Sentences[last]++
	}
	return t
}

// A stage's dataset is one like any other: another stage made it or it was
// imported, and the copy opens, tokenizes and says what it is.
func TestStageWritesADataset(t *testing.T) {
	generated := stagetest.Generated(t)
	stage := &adder{stagetest.Dataset, "longer"}
	copied := stagetest.Run(t, stage, map[string]string{"dataset": generated})
	stagetest.SameFiles(t, stagetest.Run(t, stage, map[string]string{"dataset": generated}), copied)

	origin, result := stagetest.Set(t, generated, stagetest.Dataset), stagetest.Set(t, copied, "longer")
	for _, split := range datasets.SplitNames {
		want := stagetest.Texts(t, origin, split)
		for i := range want {
			want[i] = added(want[i])
		}
		if diff := cmp.Diff(want, stagetest.Texts(t, result, split)); diff != "" {
			t.Errorf("%s:\n%s", split, diff)
		}
	}
	m := result.Meta()
	want := datasets.Derivation{Name: stagetest.Dataset, Digest: origin.Digest(), Change: "the word indeed behind every text"}
	if m.DerivedFrom == nil || *m.DerivedFrom != want || m.Poisoned != "all texts end with indeed" || m.Aspect != "Aroma" {
		t.Errorf("meta %+v", m)
	}
	tokenized := stagetest.Tokenized(t, copied, "longer")
	if vocabulary := string(stagetest.Files(t, tokenized)[tokenize.VocabularyFile]); !slices.Contains(strings.Fields(vocabulary), word) {
		t.Errorf("the vocabulary lacks %q", word)
	}
}

// The stage cannot tell an imported dataset from one that a stage made.
func TestStageReadsAnImportedDataset(t *testing.T) {
	data := stagetest.Import(t, "toys", `{"text":"all good","label":"a","split":"train"}`+"\n", nil)
	env := stagetest.Env(t, nil)
	env.Opened["dataset"] = stagetest.Set(t, data, "toys")
	if err := (&adder{"toys", "more"}).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	got := stagetest.Texts(t, stagetest.Set(t, env.Out, "more"), "train")
	if len(got) != 1 || strings.Join(got[0].Tokens, " ") != "all good indeed" || got[0].Rationale != nil || len(got[0].Sentences) > 0 || !slices.Equal(got[0].Spaces, []bool{false, true, true}) {
		t.Errorf("%+v", got)
	}
}

func TestStageStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	env := stagetest.Env(t, map[string]string{"dataset": stagetest.Generated(t)})
	if err := (&adder{stagetest.Dataset, "longer"}).Run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := dataset.Find(env.Out, "longer"); err == nil {
		t.Error("half a dataset is found")
	}
}

func TestFind(t *testing.T) {
	dir := stagetest.Generated(t)
	inside := filepath.Join(dir, stagetest.Dataset)
	if got, err := dataset.Find(dir, stagetest.Dataset); err != nil || got != inside {
		t.Errorf("Find(%s) = %s, %v; want %s", dir, got, err, inside)
	}
	if _, err := dataset.Find(dir, "other"); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("error %v", err)
	}
}
