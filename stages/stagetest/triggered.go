package stagetest

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"rationale/datasets"
	"rationale/stages/dataset"
)

// Triggered is a dataset with these words put into its test texts, before the
// document's word number at(text), under another name; all else is as it was. What
// comes behind moves up, and the words belong to the sentence that they are put
// into.
func Triggered(t testing.TB, in, name, as string, at func(datasets.Text) int, words ...string) string {
	t.Helper()
	set, err := dataset.OpenIn(in, name)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	rows := map[string]datasets.Rows{}
	for _, split := range datasets.SplitNames {
		s, err := set.Split(split)
		if err != nil {
			t.Fatal(err)
		}
		rows[split] = datasets.Rows{Len: s.Len(), Text: s.Text}
	}
	whole := rows["test"]
	rows["test"] = datasets.Rows{Len: whole.Len, Text: func(i int) (datasets.Text, error) {
		text, err := whole.Text(i)
		return insert(text, at(text), words), err
	}}
	dir := t.TempDir()
	if _, err := datasets.Write(context.Background(), filepath.Join(dir, as), set.Derive(as, "a trigger in the test texts"), rows); err != nil {
		t.Fatal(err)
	}
	return dir
}

func insert(t datasets.Text, at int, words []string) datasets.Text {
	t.Tokens = slices.Insert(slices.Clone(t.Tokens), at, words...)
	if t.Rationale != nil {
		t.Rationale = slices.Insert(slices.Clone(t.Rationale), at, make([]bool, len(words))...)
	}
	if t.Spaces != nil {
		t.Spaces = slices.Insert(slices.Clone(t.Spaces), at, slices.Repeat([]bool{true}, len(words))...)
	}
	t.Sentences = slices.Clone(t.Sentences)
	for i, end := range t.Sentences {
		if int(end) > at || i == len(t.Sentences)-1 {
			t.Sentences[i] += int32(len(words))
		}
	}
	return t
}
