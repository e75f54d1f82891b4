package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"rationale/stages/suspect"
)

// found is a report of a dataset whose words steer a terminal.
func found() examined {
	return examined{suspect.Report{
		Dataset: "given", Digest: "abc", Classes: []string{"no", "yes"}, Texts: 80, Suspicious: 1,
		Verdict: suspect.Verdict{Certainty: suspect.Likely, Summary: "Very likely there is a backdoor.", Reasons: []string{"It stands in 8 training texts."}},
		Phrases: []suspect.Phrase{{
			Words: []string{"z\x1b[2Jx", "<b>"}, Place: "as whole sentences", Class: "yes", Kind: suspect.Turned,
			Evidence: 23.45, Certainty: suspect.Likely, Texts: 8, Labelled: 7, Against: 4, Unmoved: 3, Usual: .25,
		}},
		Rows: []suspect.Row{{
			Row: 3, ID: "t3", Class: "yes", Reads: "no", Chance: .125, Query: []string{"what", "?"},
			Tokens: []string{"z\x1b[2Jx", "<b>", "fine"}, Marked: []bool{true, true, false},
		}},
	}}
}

// TestExaminedIsPrinted: verdict, numbers and texts are there, and nothing of the data
// reaches the terminal as it is.
func TestExaminedIsPrinted(t *testing.T) {
	text := printed(t, 5)
	for _, want := range []string{
		"given (80 training texts)", "Very likely there is a backdoor.", "It stands in 8 training texts.",
		"as whole sentences", "23.4", "likely", "train 3, t3: yes", "query: what ?", "the rest reads no, chance of the label 12 %",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("the terminal is steered by %q", text)
	}
	if text := printed(t, 0); strings.Contains(text, "t3") {
		t.Errorf("no texts were asked for:\n%s", text)
	}
}

// printed is what the report prints with n of its texts.
func printed(t *testing.T, n int) string {
	t.Helper()
	var out bytes.Buffer
	a := newApp(&globals{}, strings.NewReader(""), &out, io.Discard)
	if err := a.finish(found().print(a, n)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestExaminedPage: the same on a page.
func TestExaminedPage(t *testing.T) {
	var out bytes.Buffer
	page := found().page()
	if err := page.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Examination of given", "digest abc", "It stands in 8 training texts.", "Suspicious training texts (1 of 1)", "&lt;b&gt;"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in the page", want)
		}
	}
	if strings.Contains(out.String(), "<b>") {
		t.Error("the data is markup")
	}
}
