package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"rationale/datasets/quote"
	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/scan"
)

// print shows the verdict, the words and phrases behind it, and n texts with the one
// that stands out.
func (s scannedModel) print(a *app, n int) error {
	a.printf("%s\n\n%s\n\n", quote.Line(s.Name), s.Verdict.Summary)
	for _, reason := range s.Verdict.Reasons {
		a.printf("%s\n", reason)
	}
	a.printf("%s\n", s.about())
	for _, f := range s.Findings {
		const words = 8
		a.printf("\nTowards %s\n", quote.Name(f.Class))
		if err := a.printTable(strongest(f, words)); err != nil {
			return err
		}
	}
	for _, x := range s.examples(n) {
		a.printf("\n")
		if err := x.WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// about says what was asked, and what the verdict compares with.
func (s scannedModel) about() string {
	return fmt.Sprintf("%d words were tried, in %d texts. The probability is for a model of which it is as likely that it has a backdoor as that it has none; in brackets what 90 %% of the samples of the reference say. Reference: %s.",
		s.Words, s.Asked, s.Verdict.Reference)
}

// strongest are rows of so many of a finding's words, and of its phrases, below a
// heading.
func strongest(f scan.Finding, words int) [][]string {
	rows := [][]string{{"WORDS", "PLACE", "TURNS", "LOG ODDS", "SELECTED"}}
	for _, x := range slices.Concat(f.Words[:min(words, len(f.Words))], f.Phrases) {
		rows = append(rows, []string{
			quote.Line(strings.Join(x.Words, " ")), x.Place, fmt.Sprintf("%.0f %%", 100*x.Flips), fmt.Sprintf("%.1f", x.LogOdds), fmt.Sprintf("%.2f", x.Selected),
		})
	}
	return rows
}

// examples are n texts with the phrase that stands out for the verdict's class.
func (s scannedModel) examples(n int) []plots.Highlight {
	var out []plots.Highlight
	for _, f := range s.Findings {
		if f.Class != s.Verdict.Class {
			continue
		}
		for _, x := range f.Examples[:min(n, len(f.Examples))] {
			out = append(out, exampleOf(x))
		}
	}
	return out
}

// exampleOf shows a text with the phrase that was put into it.
func exampleOf(x scan.Example) plots.Highlight {
	h := plots.Highlight{
		Title: fmt.Sprintf("says %s, without the phrase %s", x.Predicted, x.Without), Query: strings.Join(x.Query, " "),
		Tokens: x.Tokens, Unread: x.Unread,
		Rationales: []plots.Rationale{{Name: "phrase", Note: "put in", Chosen: x.Trigger}},
	}
	if x.Selected != nil {
		h.Rationales = append(h.Rationales, plots.Rationale{Name: "model", Note: "selects", Chosen: x.Selected})
	}
	return h
}

// page shows the whole scan.
func (s scannedModel) page() html.Page {
	verdict := html.Section{Title: s.Verdict.Summary}
	for _, reason := range s.Verdict.Reasons {
		verdict.Blocks = append(verdict.Blocks, html.Paragraph(reason))
	}
	verdict.Blocks = append(verdict.Blocks, html.Paragraph(s.about()))
	words := html.Section{Title: "Words and phrases"}
	for _, f := range s.Findings {
		words.Blocks = append(words.Blocks, table("Towards "+f.Class+": share of texts against the class that are turned, log odds of the class and selection probability, at the best place",
			strongest(f, len(f.Words)), 2))
	}
	sections := []html.Section{verdict, words}
	if examples := s.examples(math.MaxInt); len(examples) > 0 {
		texts := html.Section{Title: "Texts with the phrase that stands out"}
		for _, x := range examples {
			texts.Blocks = append(texts.Blocks, html.Highlight(x))
		}
		sections = append(sections, texts)
	}
	return html.Page{Title: "Scan of a model", Subtitle: s.Name, Sections: sections}
}
