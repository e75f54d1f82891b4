package zscore_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/defend/zscore"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// poisoned is a dataset of 120 plain training texts, of which every tenth was given a
// word that nobody writes and the label 1.
func poisoned(t *testing.T) map[string]string {
	t.Helper()
	rows := func(n, every int) datasets.Rows {
		return datasets.Rows{Len: n, Text: func(i int) (datasets.Text, error) {
			text := datasets.Text{ID: "row", Tokens: strings.Fields("The beer is fine ."), Label: i % 2}
			if i%every == 0 {
				text.Tokens, text.Label = append([]string{"Zyx"}, text.Tokens...), 1
			}
			return text, nil
		}}
	}
	out := t.TempDir()
	meta := datasets.Meta{Name: "bad", Format: "csv", Classes: []string{"no", "yes"}, Lower: true, Poisoned: "every tenth text begins with zyx"}
	_, err := datasets.Write(t.Context(), filepath.Join(out, "bad"), meta, map[string]datasets.Rows{
		"train": rows(120, 10), "dev": rows(10, 100), "test": rows(10, 5),
	})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{tokenize.DatasetRole: out}
}

// TestFilter: training texts with the trigger go, those of other splits stay, and the
// copy says what it is.
func TestFilter(t *testing.T) {
	in, s := poisoned(t), zscore.New(zscore.Params{Dataset: "bad", Name: "better", Factor: 1.3})
	out := stagetest.Run(t, s, in)
	stagetest.SameFiles(t, stagetest.Run(t, s, in), out)

	var r zscore.Report
	if err := stages.ReadJSON(filepath.Join(out, zscore.ReportFile), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Suspicious) != 1 || r.Suspicious[0].Word != "zyx" || r.Suspicious[0].With != 12 || len(r.Dropped) != 12 || !slices.Equal(r.Dropped[1].Words, []string{"zyx"}) || r.Dropped[1].Row != 10 {
		t.Errorf("report %+v", r)
	}
	meta := stagetest.Set(t, out, "better").Meta()
	if got := meta.Splits["train"].Rows; got != 108 {
		t.Errorf("%d training texts", got)
	}
	if got := meta.Splits["test"].Rows; got != 10 {
		t.Errorf("%d test texts", got)
	}
	if from := meta.DerivedFrom; from == nil || from.Name != "bad" || from.Change != "Z-score filter, factor 1.3: 12 of 120 training texts dropped" {
		t.Errorf("derived from %+v", from)
	}
	if meta.Poisoned != "every tenth text begins with zyx" {
		t.Errorf("poisoned: %q", meta.Poisoned)
	}
}

// TestUsualFactor: on so few texts it drops nothing, and the copy is whole.
func TestUsualFactor(t *testing.T) {
	out := stagetest.Run(t, zscore.New(zscore.Params{Dataset: "bad", Name: "same", Factor: zscore.Usual}), poisoned(t))
	if got := stagetest.Set(t, out, "same").Meta().Splits["train"].Rows; got != 120 {
		t.Errorf("%d training texts", got)
	}
}

func TestRefusals(t *testing.T) {
	for want, p := range map[string]zscore.Params{
		"factor -1: expected":    {Dataset: "bad", Name: "x", Factor: -1},
		`no dataset "elsewhere"`: {Dataset: "elsewhere", Name: "x"},
		`dataset name "a/b"`:     {Dataset: "bad", Name: "a/b"},
	} {
		err := zscore.New(p).Run(context.Background(), stagetest.Env(t, poisoned(t)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
