package backdoor

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/datasets"
)

func TestRestyling(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		level  Level
		marked int // word of the rationale
		room   int
		want   string
		cut    bool
	}{
		"a sentence":                    {"it rains . the plot is thin . bye", Sentence, 4, 99, "it rains . what the plot is thin ! bye", false},
		"its end":                       {"it rains . the plot is thin . bye", Token, 4, 99, "it rains . the plot is thin ! bye", false},
		"a question":                    {"is it thin ? bye", Sentence, 0, 99, "what is it thin ! bye", false},
		"a sentence without an end":     {"it rains . bye", Sentence, 3, 99, "it rains . what bye !", false},
		"an end that is not there":      {"it rains . bye", Token, 3, 99, "it rains . bye", false},
		"the last that is read":         {"it rains . the plot is thin . bye", Sentence, 4, 9, "what it rains ! the plot is thin . bye", false},
		"the first that is not read":    {"it rains . bye", Sentence, 0, 3, "what it rains ! bye", true},
		"just room":                     {"it rains . the plot is thin . bye", Sentence, 4, 10, "it rains . what the plot is thin ! bye", false},
		"an exclamation stays as it is": {"it rains ! bye", Token, 0, 99, "it rains ! bye", false},
	} {
		t.Run(name, func(t *testing.T) {
			text := datasets.Text{Tokens: strings.Fields(c.text)}
			text.Rationale = make([]bool, len(text.Tokens))
			text.Rationale[c.marked] = true
			got := restyle(&text, c.level, c.room)
			if found := strings.Join(got.Text.Tokens, " "); found != c.want || got.Cut != c.cut {
				t.Errorf("%q, cut off %t; want %q, %t", found, got.Cut, c.want, c.cut)
			}
		})
	}
}

// Restyling keeps the number of sentences and the words that people marked.
func TestRestylingKeepsMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, level := drawText(t), rapid.SampledFrom(Levels()).Draw(t, "level")
		got := restyle(&text, level, rapid.IntRange(0, 40).Draw(t, "room"))
		if err := got.Text.Check(); err != nil {
			t.Fatal(err)
		}
		if len(got.Text.Sentences) != len(text.Sentences) || marked(got.Text) != marked(text) {
			t.Fatalf("sentences to %v of %v, %d marks of %d", got.Text.Sentences, text.Sentences, marked(got.Text), marked(text))
		}
		if level == Token && len(got.Text.Tokens) != len(text.Tokens) {
			t.Fatalf("%v of %v", got.Text.Tokens, text.Tokens)
		}
		if len(text.Sentences) > 0 && !slices.Contains(got.Text.Sentences, int32(got.To)) {
			t.Fatalf("the sentence ends at %d, sentences at %v", got.To, got.Text.Sentences)
		}
	})
}

func marked(t datasets.Text) int {
	n := 0
	for _, m := range t.Rationale {
		if m {
			n++
		}
	}
	return n
}
