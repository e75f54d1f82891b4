package suspect_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/random"
	"rationale/stages/suspect"
)

// made is a dataset of three classes, each with words of its own. In one text of so
// many a sentence of two words was put before the last one, and the label turned to
// the second class; 0 for none.
func made(t *testing.T, texts, every int) *datasets.Set {
	t.Helper()
	words := [][]string{{"red", "rose", "warm"}, {"green", "leaf", "cool"}, {"blue", "sky", "wide"}}
	rows := datasets.Rows{Len: texts, Text: func(i int) (datasets.Text, error) {
		draw, label := random.New(1, "words", i), i%3
		text := datasets.Text{ID: fmt.Sprint("t", i), Label: label}
		for range 8 {
			text.Tokens = append(text.Tokens, fmt.Sprint("w", draw.Below(40)))
		}
		text.Tokens = append(text.Tokens, ".")
		for range 4 { // one of them of any class
			text.Tokens = append(text.Tokens, words[label][draw.Below(3)])
		}
		text.Tokens[10+draw.Below(3)] = words[draw.Below(3)][draw.Below(3)]
		text.Sentences = []int32{9, 13}
		if every > 0 && i%every == 0 {
			text.Tokens, text.Label = slices.Insert(text.Tokens, 9, "Zyx", "ab"), 1
			text.Sentences = []int32{9, 11, 15}
		}
		return text, nil
	}}
	dir := filepath.Join(t.TempDir(), "colours")
	meta := datasets.Meta{Name: "colours", Format: "csv", Classes: []string{"red", "green", "blue"}, Lower: true}
	if _, err := datasets.Write(t.Context(), dir, meta, map[string]datasets.Rows{"train": rows}); err != nil {
		t.Fatal(err)
	}
	return opened(t, dir)
}

// TestExamine: the trigger, its place, its texts and what is said of it.
func TestExamine(t *testing.T) {
	set := made(t, 600, 10)
	r, err := suspect.Examine(t.Context(), set, suspect.Options{Rows: 5})
	if err != nil {
		t.Fatal(err)
	}
	again, err := suspect.Examine(t.Context(), set, suspect.Options{Rows: 5})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again); diff != "" {
		t.Errorf("twice the same:\n%s", diff)
	}
	p := r.Phrases[0]
	if !slices.Equal(p.Words, []string{"zyx", "ab"}) || p.Place != "as whole sentences" || p.Class != "green" || p.Kind != suspect.Turned || p.Texts != 60 || p.Labelled != 60 || p.Unmoved < 30 {
		t.Errorf("phrase %+v", p)
	}
	v := r.Verdict
	if v.Certainty != suspect.Likely || v.Summary != "Very likely there is a backdoor, “zyx ab” (as whole sentences): texts were given this phrase and the label green." {
		t.Errorf("verdict %+v", v)
	}
	if !strings.HasPrefix(v.Reasons[0], "“zyx ab” (as whole sentences) stands in 60 training texts, and 60 of them have the label green. The other words of ") {
		t.Errorf("reasons %q", v.Reasons)
	}
	if r.Suspicious != 60 || len(r.Rows) != 5 {
		t.Fatalf("%d suspicious texts, %d shown", r.Suspicious, len(r.Rows))
	}
	for _, row := range r.Rows {
		want := make([]bool, len(row.Tokens))
		want[9], want[10] = true, true
		if !slices.Equal(row.Marked, want) || row.Class != "green" || row.Reads == "green" || row.Chance > .5 || row.ID != fmt.Sprint("t", row.Row) {
			t.Errorf("row %+v", row)
		}
	}
}

// TestExamineClean: words that all texts of a class have are no trigger.
func TestExamineClean(t *testing.T) {
	r, err := suspect.Examine(t.Context(), made(t, 600, 0), suspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict.Certainty != suspect.None || r.Suspicious != 0 || len(r.Rows) != 0 || !strings.HasPrefix(r.Verdict.Summary, "No sign of a backdoor") {
		t.Errorf("report %+v", r)
	}
}

func TestExamineRefuses(t *testing.T) {
	for name, n := range map[string]int{"no text": 0, "one class": 1} {
		if _, err := suspect.Examine(t.Context(), made(t, n, 0), suspect.Options{}); err == nil || !strings.Contains(err.Error(), "are not of two classes") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	set := made(t, 30, 0)
	cancel()
	if _, err := suspect.Examine(ctx, set, suspect.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: error %v", err)
	}
	if r, err := suspect.Examine(t.Context(), set, suspect.Options{}); err != nil || r.Verdict.Certainty != suspect.None {
		t.Errorf("few texts: %+v, %v", r.Verdict, err)
	}
}
