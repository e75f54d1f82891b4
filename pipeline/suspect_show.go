package main

import (
	"fmt"
	"strings"

	"rationale/datasets/quote"
	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/suspect"
)

// examined is a dataset with what was found in it.
type examined struct{ suspect.Report }

// print shows the verdict, the phrases behind it, and n of the rows with them.
func (e examined) print(a *app, n int) error {
	a.printf("%s (%d training texts)\n\n%s\n\n", quote.Name(e.Dataset), e.Texts, e.Verdict.Summary)
	for _, reason := range e.Verdict.Reasons {
		a.printf("%s\n", reason)
	}
	if len(e.Phrases) > 0 {
		a.printf("\n")
		if err := a.printTable(e.phrases(10)); err != nil {
			return err
		}
	}
	for _, row := range e.Rows[:min(n, len(e.Rows))] {
		a.printf("\n")
		if err := e.highlight(row).WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// phrases are rows of the most suspicious phrases, below a heading.
func (e examined) phrases(most int) [][]string {
	rows := [][]string{{"PHRASE", "PLACE", "CLASS", "TEXTS", "LABELLED SO", "OTHER WORDS AGAINST", "LABELLED SO ALL THE SAME", "EVIDENCE", "SUSPICION"}}
	for _, p := range e.Phrases[:min(most, len(e.Phrases))] {
		rows = append(rows, []string{
			quote.Line(strings.Join(p.Words, " ")), p.Place, quote.Name(p.Class), fmt.Sprint(p.Texts), fmt.Sprint(p.Labelled),
			fmt.Sprint(p.Against), fmt.Sprint(p.Unmoved), fmt.Sprintf("%.1f", p.Evidence), string(p.Certainty),
		})
	}
	return rows
}

// highlight shows a row with its phrase marked.
func (e examined) highlight(r suspect.Row) plots.Highlight {
	return plots.Highlight{
		Title: fmt.Sprintf("train %d, %s: %s", r.Row, r.ID, r.Class), Query: strings.Join(r.Query, " "),
		Tokens: r.Tokens, Spaces: r.Spaces,
		Rationales: []plots.Rationale{{
			Name: "suspicious", Note: fmt.Sprintf("the rest reads %s, chance of the label %.0f %%", r.Reads, 100*r.Chance), Chosen: r.Marked,
		}},
	}
}

// page shows the whole examination.
func (e examined) page() html.Page {
	verdict := html.Section{Title: e.Verdict.Summary}
	for _, reason := range e.Verdict.Reasons {
		verdict.Blocks = append(verdict.Blocks, html.Paragraph(reason))
	}
	sections := []html.Section{verdict}
	if len(e.Phrases) > 0 {
		const caption = "Numbers of training texts. Evidence: log likelihood ratio of a trigger against a word of the class, in nats."
		sections = append(sections, html.Section{Title: "Phrases", Blocks: []html.Block{table(caption, e.phrases(len(e.Phrases)), 3)}})
	}
	if len(e.Rows) > 0 {
		rows := html.Section{Title: fmt.Sprintf("Suspicious training texts (%d of %d)", len(e.Rows), e.Suspicious)}
		for _, r := range e.Rows {
			rows.Blocks = append(rows.Blocks, html.Highlight(e.highlight(r)))
		}
		sections = append(sections, rows)
	}
	return html.Page{Title: "Examination of " + e.Dataset, Subtitle: fmt.Sprintf("%d training texts, digest %s", e.Texts, e.Digest), Sections: sections}
}
