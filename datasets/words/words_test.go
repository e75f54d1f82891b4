package words

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		rule       Rule
		text, want string // words parted by ¦
	}{
		{Unicode, "The aroma: a delight!", "The¦aroma¦:¦a¦delight¦!"},
		{Unicode, "it's 4.5% cafe\u0301 ", "it¦'¦s¦4¦.¦5¦%¦cafe\u0301"},
		{Unicode, "a\u00a0b\u3000c\n", "a¦b¦c"},
		{ASCII, "Dies :( CAF\u00c9 \u212aelvin", "dies¦:¦(¦caf¦\u00e9¦kelvin"},
		{Space, "first-rate\t cake\x1d!", "first-rate¦cake¦!"},
		{Tokens, "a  thin\tpalate .", "a¦thin\tpalate¦."},
		{Tokens, `["New York","is"]`, "New York¦is"},
		{Tokens, "[not json", "[not¦json"},
		{Sentences, "It was .\r\n\nSo it  goes .\n", "It¦was¦.¦So¦it¦goes¦."},
		{Claim, "Who'd say \"don't\"? || n't", "Who¦'d¦say¦\"¦do¦n't¦\"¦?¦||¦n't"},
		{Unicode, " \t\u2003", ""},
	} {
		found, err := c.rule.Find(c.text)
		if got := strings.Join(found.Words, "¦"); err != nil || got != c.want {
			t.Errorf("%s, %q: %q, error %v; want %q", c.rule, c.text, got, err, c.want)
		}
	}
	if f, _ := Sentences.Find("It was .\n\nSo ."); cmp.Diff([]int32{3, 5}, f.Ends) != "" {
		t.Errorf("sentences end at %v", f.Ends)
	}
}

func TestFindRefuses(t *testing.T) {
	for _, c := range []struct {
		rule       Rule
		text, want string
	}{
		{"", "a", `no rule ""`}, {"other", "a", `no rule "other"`}, {Unicode, "caf\xe9", "not valid UTF-8"},
		{Space, "a\x00", "NUL"}, {Tokens, `["a",""]`, "empty word"},
	} {
		if f, err := c.rule.Find(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %q: %v, error %v", c.rule, c.text, f, err)
		}
	}
}

var texts = rapid.StringOfN(rapid.SampledFrom([]rune("aZé\u0301İ\u212a7 .,'()[]\"\t\n\r\x1d\u00a0|")), 0, 40, -1)

// Words stand, in order and without anything but white space between them, where
// the spans say.
func TestSpansAreWhereTheWordsStand(t *testing.T) {
	for rule := range about {
		t.Run(string(rule), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := texts.Draw(t, "text")
				f, err := rule.Find(text)
				if err != nil || f.Spans == nil && len(f.Words) > 0 {
					t.Skip("a list")
				}
				at := 0
				for i, s := range f.Spans {
					if rule.Fold(text[s.Start:s.End]) != f.Words[i] || strings.TrimFunc(text[at:s.Start], IsSpace) != "" {
						t.Fatalf("%q: word %q at %v, the one before it ends at %d", text, f.Words[i], s, at)
					}
					at = s.End
				}
				if strings.TrimFunc(text[at:], IsSpace) != "" {
					t.Fatalf("%q: nothing is found in %q", text, text[at:])
				}
			})
		})
	}
}

// The words of a text, joined by spaces, are found again; those of a list too.
func TestWordsGivenBackAreFoundAgain(t *testing.T) {
	for rule := range about {
		if rule == Claim {
			continue // takes one ending off a word each time
		}
		t.Run(string(rule), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				first, err := rule.Find(texts.Draw(t, "text"))
				if err != nil {
					t.Skip("refused")
				}
				text := strings.Join(first.Words, " ")
				if raw, _ := json.Marshal(first.Words); first.Spans == nil && len(first.Words) > 0 {
					text = string(raw)
				}
				again, err := rule.Find(text)
				if d := cmp.Diff(first.Words, again.Words); err != nil || d != "" && len(first.Words) > 0 {
					t.Fatalf("%q: %v\n%s", text, err, d)
				}
			})
		})
	}
}

// What the import does in steps, lower-casing before it looks for words, finds
// the same.
func TestFoldedTextFallsIntoTheSameWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		whole, err := ASCII.Find(text)
		folded := ASCII.Fold(text)
		if d := cmp.Diff(Cut(folded, ASCII.Spans(folded), Unicode.Fold), whole.Words); err != nil || d != "" {
			t.Fatalf("%q: %v\n%s", text, err, d)
		}
	})
}

// Words with the spaces before them are the text again, but for the kind and number
// of its white space.
func TestSpacesGiveTheTextBack(t *testing.T) {
	for _, rule := range []Rule{Unicode, ASCII, Space} {
		t.Run(string(rule), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := texts.Draw(t, "text")
				spans := rule.Spans(text)
				var back strings.Builder
				for i, space := range Spaces(spans) {
					if space && i > 0 {
						back.WriteByte(' ')
					}
					back.WriteString(text[spans[i].Start:spans[i].End])
				}
				if want := strings.Join(strings.FieldsFunc(text, IsSpace), " "); back.String() != want {
					t.Fatalf("%q comes back as %q", text, back.String())
				}
			})
		})
	}
}

// TestCharactersCountRunes: a place in characters marks what it marks in bytes.
func TestCharactersCountRunes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("aé世😀 ́."))).Draw(r, "text")
		spans, runes := Unicode.Spans(text), []rune(text)
		for i, c := range Characters(text, spans) {
			if got, want := string(runes[c[0]:c[1]]), text[spans[i].Start:spans[i].End]; got != want {
				r.Fatalf("%q: characters %v are %q, want %q", text, c, got, want)
			}
		}
	})
	if Characters("text", nil) != nil {
		t.Error("places of no words")
	}
}
