package main

import (
	"strings"
	"testing"

	"rationale/stages/tokenize"
)

func TestUnknownWarning(t *testing.T) {
	for share, warned := range map[float64]bool{0: false, 0.49: false, 0.5: false, 0.51: true, 1: true} {
		s := tokenize.Summary{Dataset: "allunk", Source: "glove.txt", Splits: map[string]tokenize.Counts{"train": {Shares: tokenize.Shares{Unknown: share}}}}
		text := unknownNote(s)
		if (text != "") != warned || warned && (!strings.Contains(text, percent(share)) || !strings.Contains(text, "allunk")) {
			t.Errorf("%v unknown: %q", share, text)
		}
	}
}
