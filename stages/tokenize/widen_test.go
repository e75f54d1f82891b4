package tokenize_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestLackingWords: those that the vocabulary has, and those that no lower-cased
// text can contain, are left out.
func TestLackingWords(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
	r, err := tokenize.OpenReader(data)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Lacking([]string{"zebra", "warm", "Zebra", "a\xff", "ärger", "two words", "apple"})
	if want := []string{"zebra", "ärger", "apple"}; !slices.Equal(got, want) {
		t.Errorf("lacking %q, want %q", got, want)
	}
	if _, _, err := r.Widened([]string{"zebra", "warm"}, "x"); err == nil || !strings.Contains(err.Error(), "warm") {
		t.Errorf("a word that is there already: %v", err)
	}
}

// TestWidenedKeepsIDs: whatever words there are, those of the dataset keep their
// ids and each further one has an id once.
func TestWidenedKeepsIDs(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
	own := string(stagetest.Files(t, data)[tokenize.VocabularyFile])
	r, err := tokenize.OpenReader(data)
	if err != nil {
		t.Fatal(err)
	}
	before := r.Reading()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfDistinct(rapid.OneOf(rapid.SampledFrom(strings.Fields(own)), rapid.String()), func(s string) string { return s }).Draw(t, "words")
		further := r.Lacking(words)
		file, reading, err := r.Widened(further, "more")
		if err != nil {
			t.Fatal(err)
		}
		if want := own + strings.Join(append(further, ""), "\n"); string(file) != want {
			t.Fatalf("vocabulary %q, want %q", file, want)
		}
		if reading.VocabularyLines != before.VocabularyLines+len(further) || before.VocabularyLines != strings.Count(own, "\n") {
			t.Fatalf("%d lines before, %d after, %d words more", before.VocabularyLines, reading.VocabularyLines, len(further))
		}
	})
}
