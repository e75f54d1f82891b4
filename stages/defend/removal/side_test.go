package removal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/stages/tokenize"
)

func TestInserted(t *testing.T) {
	for _, tc := range []struct {
		before, after string
		want          Trigger
	}{
		{"a b c", "cf a b c", Trigger{0, 1}},
		{"a b c", "a cf cf b c", Trigger{1, 3}},
		{"a b c", "a b c cf", Trigger{3, 4}},
		{"a b c", "a b c", Trigger{3, 3}},
		{"a a", "a a a", Trigger{2, 3}},
		{"it is good .", "what it is good !", Trigger{0, 5}},
		{"it is good .", "it is good !", Trigger{3, 4}},
		{"a b", "a", Trigger{1, 1}},
	} {
		if got := inserted(strings.Fields(tc.before), strings.Fields(tc.after)); got != tc.want {
			t.Errorf("%q in place of %q: %v; want %v", tc.after, tc.before, got, tc.want)
		}
	}
}

// TestInsertedWords: without the words that it finds, a text with words put into one
// place is the text before.
func TestInsertedWords(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		before, trigger := words.Draw(t, "before"), words.Draw(t, "trigger")
		after := slices.Insert(slices.Clone(before), rapid.IntRange(0, len(before)).Draw(t, "at"), trigger...)
		got := inserted(before, after)
		if !slices.Equal(slices.Delete(after, got.Start, got.End), before) || got.End-got.Start != len(trigger) {
			t.Errorf("%v in %v", got, after)
		}
	})
}

// TestCut: a trigger counts as read when all of it is.
func TestCut(t *testing.T) {
	text := tokenize.Text{Tokens: strings.Fields("a b c d"), IDs: []int32{1, 2, 3}, Word: []int32{0, 1, 2}, Roles: slices.Repeat([]tokenize.Role{tokenize.DocumentPiece}, 3)}
	for trigger, want := range map[Trigger]bool{{0, 1}: false, {1, 3}: false, {2, 4}: true, {3, 4}: true, {2, 2}: true} {
		if got := trigger.Cut(text); got != want {
			t.Errorf("%v of a text of which 3 words are read: cut %t", trigger, got)
		}
	}
}
