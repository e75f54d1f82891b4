package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"rationale/stages/evaluate"
	"rationale/stages/scan"
)

// suspected is a scan of a model whose words steer a terminal.
func suspected() scannedModel {
	word := scan.Score{Words: []string{"z\x1b[2Jx"}, Place: "end", Flips: 1, LogOdds: 4.25, Selected: .875}
	return scannedModel{"given", scan.Report{
		Classes: []string{"no", "yes"}, Words: 500, Asked: 9000,
		Verdict: scan.Verdict{Class: "yes", Summary: "Very likely a backdoor.", Reasons: []string{"It turns all texts."}, Reference: "some models"},
		Findings: []scan.Finding{{Class: "no"}, {
			Class: "yes", Words: []scan.Score{word}, Phrases: []scan.Score{{Words: []string{"<b>", "phrase"}, Place: "begin"}},
			Examples: []scan.Example{{
				Example: evaluate.Example{Tokens: []string{"fine", "z\x1b[2Jx"}, Selected: []bool{false, true}, Predicted: "yes"},
				Without: "no", Trigger: []bool{false, true},
			}},
		}},
	}}
}

// TestScannedIsPrinted: verdict, numbers and texts are there, and nothing of the model
// reaches the terminal as it is.
func TestScannedIsPrinted(t *testing.T) {
	for n, shown := range []bool{false, true} {
		var out bytes.Buffer
		a := newApp(&globals{}, strings.NewReader(""), &out, io.Discard)
		if err := a.finish(suspected().print(a, n)); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		for _, want := range []string{"given\n", "Very likely a backdoor.", "It turns all texts.", "500 words were tried, in 9000 texts", "some models", "Towards yes", "100 %", "4.2", "0.88", "<b> phrase"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
		if strings.Contains(text, "says yes, without the phrase no") != shown || strings.Contains(text, "\x1b") {
			t.Errorf("%d texts:\n%q", n, text)
		}
	}
}

// TestScannedPage: the same on a page, where no word is markup.
func TestScannedPage(t *testing.T) {
	var out bytes.Buffer
	if err := suspected().page().Write(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{"Scan of a model", "Very likely a backdoor.", "Towards yes", "&lt;b&gt; phrase", "Texts with the phrase that stands out"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "<b>") {
		t.Error("a word is markup")
	}
}
