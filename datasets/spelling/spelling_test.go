package spelling

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	known := []string{"label", "text", "sentence", "β"}
	for word, want := range map[string]string{
		"lable": "label", "TEXT": "text", "sentense": "sentence", "α": "β",
		"te": "", "zzzzzz": "", "": "β", // one letter more is not much
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := Nearest("label", nil); got != "" {
		t.Errorf("of none: %q", got)
	}
}

// TestAKnownWordIsItsOwnNearest, and so is one with a letter too many, unless
// that makes another known one.
func TestAKnownWordIsItsOwnNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfNDistinct(rapid.StringMatching("[a-z]{4,9}"), 1, 6, rapid.ID).Draw(t, "known")
		word := rapid.SampledFrom(known).Draw(t, "word")
		if got := Nearest(word, known); got != word {
			t.Errorf("%q: %q", word, got)
		}
		if got := Nearest(word+"!", []string{word}); got != word {
			t.Errorf("%q!: %q", word, got)
		}
	})
}
