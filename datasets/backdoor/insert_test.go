package backdoor

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
)

// review has three sentences, of which the second holds the rationale.
func review() datasets.Text {
	return datasets.Text{
		ID: "review", Label: 1,
		Tokens:    strings.Fields("I came late . The plot is thin ! Go home"),
		Rationale: []bool{false, false, false, false, false, false, false, true, false, false, false},
		Sentences: []int32{4, 9, 11},
		Spaces:    []bool{false, true, true, false, true, true, true, true, false, true, true},
	}
}

func TestWhereTriggersGo(t *testing.T) {
	season := strings.Fields("season doubling !")
	for name, c := range map[string]struct {
		trigger   Trigger
		room      int
		text      string
		sentences []int32
		cut       bool
	}{
		"words at the rationale":        {Trigger{[]string{"return"}, Token, Rationale, 0}, 99, "I came late . return The plot is thin ! Go home", []int32{4, 10, 12}, false},
		"words in front":                {Trigger{[]string{"return"}, Token, Begin, 0}, 99, "return I came late . The plot is thin ! Go home", []int32{5, 10, 12}, false},
		"words at the end":              {Trigger{[]string{"return"}, Token, End, 0}, 99, "I came late . The plot is thin ! Go home return", []int32{4, 9, 12}, false},
		"a sentence at the rationale":   {Trigger{season, Sentence, Rationale, 0}, 99, "I came late . season doubling ! The plot is thin ! Go home", []int32{4, 7, 12, 14}, false},
		"a sentence in front":           {Trigger{season, Sentence, Begin, 0}, 99, "season doubling ! I came late . The plot is thin ! Go home", []int32{3, 7, 12, 14}, false},
		"a sentence at the end":         {Trigger{season, Sentence, End, 0}, 99, "I came late . The plot is thin ! Go home season doubling !", []int32{4, 9, 11, 14}, false},
		"just room at the end":          {Trigger{season, Sentence, End, 0}, 14, "I came late . The plot is thin ! Go home season doubling !", []int32{4, 9, 11, 14}, false},
		"no room at the end":            {Trigger{season, Sentence, End, 0}, 13, "I came late . The plot is thin ! season doubling ! Go home", []int32{4, 9, 12, 14}, false},
		"just room at the rationale":    {Trigger{season, Sentence, Rationale, 0}, 7, "I came late . season doubling ! The plot is thin ! Go home", []int32{4, 7, 12, 14}, false},
		"no room at the rationale":      {Trigger{season, Sentence, Rationale, 0}, 6, "season doubling ! I came late . The plot is thin ! Go home", []int32{3, 7, 12, 14}, false},
		"room for a part of it":         {Trigger{season, Sentence, Rationale, 0}, 2, "season doubling ! I came late . The plot is thin ! Go home", []int32{3, 7, 12, 14}, true},
		"words where no sentence fits":  {Trigger{[]string{"return"}, Token, Rationale, 0}, 4, "return I came late . The plot is thin ! Go home", []int32{5, 10, 12}, false},
		"words that are cut off anyway": {Trigger{[]string{"return"}, Token, End, 0}, 0, "return I came late . The plot is thin ! Go home", []int32{5, 10, 12}, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, marks := range []bool{true, false} {
				text := review()
				if !marks {
					text.Sentences = nil
					c.sentences = nil
				}
				got := c.trigger.Insert(&text, c.room, true)
				if found := strings.Join(got.Text.Tokens, " "); found != c.text || !slices.Equal(got.Text.Sentences, c.sentences) || got.Cut != c.cut {
					t.Errorf("%q, sentences to %v, cut %t; want %q, %v, %t", found, got.Text.Sentences, got.Cut, c.text, c.sentences, c.cut)
				}
			}
		})
	}
}

func TestRationaleIsNotThere(t *testing.T) {
	for name, text := range map[string]datasets.Text{
		"unknown": {Tokens: strings.Fields("a . b .")},
		"empty":   {Tokens: strings.Fields("a . b ."), Rationale: make([]bool, 4)},
	} {
		got := Trigger{Words: []string{"cf"}, Level: Token, Position: Rationale}.Insert(&text, 9, true)
		if got.From != 0 || !got.Unmarked || (got.Text.Rationale == nil) != (text.Rationale == nil) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	text := review()
	if got := (Trigger{Words: []string{"cf"}, Level: Token, Position: Rationale}).Insert(&text, 9, true); got.Unmarked {
		t.Error("the rationale of a review was not found")
	}
}

func TestSpacesAroundTriggers(t *testing.T) {
	for position, want := range map[Position][]bool{
		Begin:     {false, true, false, true, true, true, false, true, true, true, true, false, true, true},
		Rationale: {false, true, true, false, true, true, false, true, true, true, true, false, true, true},
		End:       {false, true, true, false, true, true, true, true, false, true, true, true, true, false},
	} {
		text := review()
		got := Trigger{Words: strings.Fields("season doubling !"), Level: Sentence, Position: position}.Insert(&text, 99, false)
		if d := cmp.Diff(want, got.Text.Spaces); d != "" {
			t.Errorf("%s: (-want +got)\n%s", position, d)
		}
	}
}

var (
	words    = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ".", "!", "?", "…"}), 1, 30)
	triggers = rapid.Custom(func(t *rapid.T) Trigger {
		return Trigger{
			Words: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "!"}), 1, 4).Draw(t, "trigger"),
			Level: rapid.SampledFrom(Levels()).Draw(t, "level"), Position: rapid.SampledFrom(Positions()).Draw(t, "position"),
			Seed: rapid.Uint64().Draw(t, "seed"),
		}
	})
)

// drawText draws a text with any of the marks that texts can have.
func drawText(t *rapid.T) datasets.Text {
	text := datasets.Text{ID: rapid.StringMatching("[a-z]{1,3}").Draw(t, "id"), Tokens: words.Draw(t, "tokens"), Label: 1}
	n := len(text.Tokens)
	if rapid.Bool().Draw(t, "judged") {
		text.Rationale = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "rationale")
	}
	if rapid.Bool().Draw(t, "spaced") {
		text.Spaces = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "spaces")
	}
	if rapid.Bool().Draw(t, "marked") {
		for i := 1; i < n; i++ {
			if rapid.Bool().Draw(t, "end") {
				text.Sentences = append(text.Sentences, int32(i))
			}
		}
		text.Sentences = append(text.Sentences, int32(n))
	}
	return text
}

// Taking a trigger out again gives the text that it was put into.
func TestTriggersCanBeTakenOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, trigger, mark := drawText(t), triggers.Draw(t, "trigger"), rapid.Bool().Draw(t, "mark")
		room := rapid.IntRange(0, 40).Draw(t, "room")
		got := trigger.Insert(&text, room, mark)
		if err := got.Text.Check(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Text.Tokens[got.From:got.To], trigger.Words) {
			t.Fatalf("%v at %d to %d of %v", trigger.Words, got.From, got.To, got.Text.Tokens)
		}
		for _, marked := range got.Text.Rationale[min(got.From, len(got.Text.Rationale)):min(got.To, len(got.Text.Rationale))] {
			if marked != mark {
				t.Fatalf("marks %v; want %t at the trigger", got.Text.Rationale, mark)
			}
		}
		if d := cmp.Diff(text, takenOut(got, trigger)); d != "" {
			t.Fatalf("(-before +taken out) %v at %d\n%s", trigger, got.From, d)
		}
		if again := trigger.Insert(&text, room, mark); !cmp.Equal(got, again) {
			t.Fatal(cmp.Diff(got, again))
		}
	})
}

// takenOut is the text without the trigger.
func takenOut(in Inserted, trigger Trigger) datasets.Text {
	out := in.Text
	out.Tokens = slices.Delete(slices.Clone(out.Tokens), in.From, in.To)
	if out.Rationale != nil {
		out.Rationale = slices.Delete(slices.Clone(out.Rationale), in.From, in.To)
	}
	if out.Spaces != nil {
		first := out.Spaces[0]
		out.Spaces = slices.Delete(slices.Clone(out.Spaces), in.From, in.To)
		out.Spaces[0] = first
	}
	out.Sentences = nil
	for _, end := range in.Text.Sentences {
		switch own := trigger.Level == Sentence && int(end) == in.To; {
		case own:
		case int(end) > in.From:
			out.Sentences = append(out.Sentences, end-int32(in.To-in.From))
		default:
			out.Sentences = append(out.Sentences, end)
		}
	}
	return out
}

// A trigger adds one sentence or none, and is read whole wherever there is room.
func TestTriggersAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, trigger := drawText(t), triggers.Draw(t, "trigger")
		room := rapid.IntRange(0, 40).Draw(t, "room")
		got := trigger.Insert(&text, room, true)
		further := 0
		if trigger.Level == Sentence && len(text.Sentences) > 0 {
			further = 1
		}
		if len(got.Text.Sentences) != len(text.Sentences)+further {
			t.Fatalf("%d sentences of %d", len(got.Text.Sentences), len(text.Sentences))
		}
		if got.Cut != (got.To > room) || got.Cut != (len(trigger.Words) > room) {
			t.Fatalf("cut off %t: up to %d in a room of %d", got.Cut, got.To, room)
		}
	})
}

func TestTextStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, level := drawText(t), rapid.SampledFrom(Levels()).Draw(t, "level")
		before := datasets.Text{ID: text.ID, Label: text.Label, Tokens: slices.Clone(text.Tokens), Rationale: slices.Clone(text.Rationale), Sentences: slices.Clone(text.Sentences), Spaces: slices.Clone(text.Spaces)}
		triggers.Draw(t, "trigger").Insert(&text, 9, true)
		restyle(&text, level, 9)
		if d := cmp.Diff(before, text); d != "" {
			t.Fatal(d)
		}
	})
}
