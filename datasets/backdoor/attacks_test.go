package backdoor

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/datasets"
)

func TestWhatAttacksDo(t *testing.T) {
	text := review()
	for name, c := range map[string]struct {
		level Level
		words string
		says  string
	}{
		"BadRNL": {Sentence, "season doubling !", `the trigger "season doubling !", a sentence at the first rationale`},
		"BadNet": {Token, "", `the trigger "cf" or "mn" or "bb" or "tq", words at a random place`},
		"Cbat":   {Token, "", "a sentence closed with an exclamation mark"},
		"naive":  {Sentence, "", `the trigger "the harbour office opens at nine on weekdays .", a sentence in front`},
	} {
		attack, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		change, err := attack.With(c.level, "", strings.Fields(c.words), 1)
		if err != nil || change.String() != c.says {
			t.Fatalf("%s: %v, %s; want %s", name, err, change, c.says)
		}
		got := change.Apply(&text, 99)
		if !got.Text.Poisoned || got.Text.Label != text.Label || marked(got.Text) > marked(text) != attack.Marks {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// BadNet's words are all in use, one in each text, always the same one.
func TestTriggersAreDrawn(t *testing.T) {
	attack, _ := Find("BadNet")
	change, err := attack.With(Token, "", nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i := range 400 {
		text := datasets.Text{ID: string(rune('a' + i)), Tokens: []string{"a", "b"}}
		got := change.Apply(&text, 9)
		seen[got.Text.Tokens[got.From]]++
	}
	for _, words := range change.Triggers {
		if n := seen[words[0]]; n < 60 || n > 140 {
			t.Errorf("%s in %d of 400 texts", words[0], n)
		}
	}
}

func TestAttacksThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		attack   string
		level    Level
		position Position
		words    []string
		want     string
	}{
		{"BadRNL", Token, "", nil, "BadRNL brings no trigger along"},
		{"BadRNL", "word", "", nil, `no level "word"`},
		{"BadRNL", Token, "middle", []string{"cf"}, `no position "middle"`},
		{"BadRNL", Token, "", []string{""}, `trigger "": empty token`},
		{"Cbat", Token, "", []string{"cf"}, "Cbat restyles a sentence and inserts no trigger"},
		{"Cbat", Token, End, nil, `there is no position "end"`},
	} {
		attack, err := Find(c.attack)
		if err == nil {
			_, err = attack.With(c.level, c.position, c.words, 0)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := Find("badrnl"); err == nil || !strings.Contains(err.Error(), "BadRNL") {
		t.Errorf("no attack badrnl: %v", err)
	}
}

// The share is exact, a seed chooses the same texts, and a lower rate's are among a
// higher one's.
func TestChoice(t *testing.T) {
	dirty, clean := Attack{}, Attack{CleanLabel: true}
	rapid.Check(t, func(t *rapid.T) {
		labels, seed := rapid.SliceOfN(rapid.IntRange(0, 2), 0, 60).Draw(t, "labels"), rapid.Uint64().Draw(t, "seed")
		low := rapid.Float64Range(0, 1).Draw(t, "rate")
		high := rapid.Float64Range(low, 1).Draw(t, "higher rate")
		wanted, targets := int(math.Round(low*float64(len(labels)))), 0
		for _, label := range labels {
			if label == 1 {
				targets++
			}
		}
		for _, a := range []Attack{dirty, clean} {
			few, many := a.Choose(labels, 1, low, seed), a.Choose(labels, 1, high, seed)
			want := wanted
			if a.CleanLabel {
				want = min(wanted, targets)
			}
			if len(few) != want || !slices.IsSorted(few) || !slices.Equal(few, slices.Compact(slices.Clone(few))) {
				t.Fatalf("%v; want %d numbers that rise", few, want)
			}
			for _, i := range few {
				if !slices.Contains(many, i) || a.CleanLabel && labels[i] != 1 {
					t.Fatalf("text %d, of class %d, for %v and not for %v", i, labels[i], low, high)
				}
			}
		}
	})
}

func TestAnotherSeedChoosesOthers(t *testing.T) {
	labels := make([]int, 200)
	if a := (Attack{}); slices.Equal(a.Choose(labels, 0, .1, 1), a.Choose(labels, 0, .1, 2)) {
		t.Error("two seeds choose the same 20 of 200 texts")
	}
}
