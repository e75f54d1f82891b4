package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/datasets/quote"
	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/inspect"
)

// print shows the verdict, the numbers and words behind it, and n misled texts.
func (s inspected) print(a *app, n int) error {
	a.printf("%s (%s)\n\n%s\n\n", s.Label, s.origin(), s.Verdict.Summary)
	for _, reason := range s.Verdict.Reasons {
		a.printf("%s\n", reason)
	}
	a.printf("\n")
	if err := a.printTable(s.rates()); err != nil {
		return err
	}
	a.printf("\n%s\n", s.about())
	for _, w := range s.Words {
		if err := s.printWords(a, w); err != nil {
			return err
		}
	}
	for _, text := range s.Examples[:min(n, len(s.Examples))] {
		a.printf("\n")
		if err := s.highlight(text).WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// origin is the run, or the file that the model is from.
func (s inspected) origin() string { return cmp.Or(s.Run, s.Model) }

// about says what the attacker was, and the model by itself.
func (s inspected) about() string {
	return s.Put(fmt.Sprintf("The attacker, at epoch %d of %d, selects %.1f %% of the words. By itself the model is right in %.1f %% of the %d test texts. Chance is %.1f %%, the threshold %.1f %%; intervals are of 95 %%.",
		s.Epoch, s.Epochs, 100*s.Selected, 100*s.Accuracy, s.Texts, 100*s.Chance, 100*s.Verdict.Threshold))
}

// rates are how often the attacked class is answered, with a row for each thing
// that the predictor reads, below a heading.
func (s inspected) rates() [][]string {
	head := []string{"WRONG CLASS ANSWERED", "MEAN OVER CLASSES"}
	for _, c := range s.Attack.OfClass {
		head = append(head, fmt.Sprintf("OF %d %s", c.Texts, c.Class))
	}
	rows := [][]string{head, rate(s.Put("attacker's words"), s.Attack)}
	if s.Marked != nil {
		rows = append(rows, rate("without the marked ones", s.Marked.Unmarked))
	}
	return append(rows, rate(s.Put("as many random words"), s.Random), rate("model by itself", s.Unattacked))
}

func rate(name string, of inspect.Success) []string {
	row := []string{name, of.Balanced.String()}
	for _, c := range of.OfClass {
		row = append(row, c.Interval.String())
	}
	return row
}

// printWords prints a few of the words that lead to one class.
func (s inspected) printWords(a *app, w inspect.Words) error {
	if len(w.Often) == 0 {
		return nil
	}
	const shown = 10
	a.printf("\nTowards %s (%d texts), most often: %s\n", w.Towards, w.Texts, quote.Names(names(w.Often[:min(shown, len(w.Often))])))
	if len(w.Telling) == 0 {
		return nil
	}
	return a.printTable(s.words(w.Telling[:min(shown, len(w.Telling))]))
}

func names(words []inspect.Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.Word)
	}
	return out
}

// words are rows of words, below a heading.
func (s inspected) words(list []inspect.Word) [][]string {
	rows := [][]string{{"WORD", "TEXTS WITH IT", "SELECTED IN", "AND MISLED", "MARKED IN", "LIFT"}}
	for _, w := range list {
		rows = append(rows, []string{
			w.Word, fmt.Sprint(w.Texts), fmt.Sprint(w.Selected), fmt.Sprint(w.Turned), s.markedIn(w), lift(w),
		})
	}
	return rows
}

// lift is a dash for words that turn too few texts to say.
func lift(w inspect.Word) string {
	if w.Lift == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", w.Lift)
}

// markedIn is in how many of the texts people marked the word.
func (s inspected) markedIn(w inspect.Word) string {
	if s.Marked == nil {
		return "–"
	}
	return fmt.Sprint(w.Marked)
}

// highlight shows a misled text: what the model selects and what the attacker does.
func (s inspected) highlight(x inspect.Example) plots.Highlight {
	h := x.Highlight(x.ID + ": " + x.Class)
	if x.Selected != nil {
		h.Rationales = append(h.Rationales, plots.Rationale{Name: s.Method, Note: "says " + x.Predicted, Chosen: x.Selected})
	}
	h.Rationales = append(h.Rationales, plots.Rationale{Name: "attacker", Note: "makes it " + x.Attacked, Chosen: x.Attack})
	return h
}

// page shows the whole inspection.
func (s inspected) page() html.Page {
	verdict := html.Section{Title: s.Verdict.Summary}
	for _, reason := range s.Verdict.Reasons {
		verdict.Blocks = append(verdict.Blocks, html.Paragraph(reason))
	}
	verdict.Blocks = append(verdict.Blocks, table("How often the predictor answers the wrong class that the attacker aims at, by what it reads", s.rates(), 1), html.Paragraph(s.about()))
	sections := []html.Section{verdict}
	if len(s.Words) > 0 {
		sections = append(sections, s.wordSection())
	}
	if len(s.Examples) > 0 {
		var misled []plots.Highlight
		for _, x := range s.Examples {
			misled = append(misled, s.highlight(x))
		}
		sections = append(sections, html.Section{Title: s.Put("Misled texts"), Blocks: html.Examples(misled)})
	}
	return html.Page{Title: "Inspection of " + s.Method, Subtitle: s.Label + " (" + s.origin() + ")", Sections: sections}
}

// wordSection shows the words that lead to each class.
func (s inspected) wordSection() html.Section {
	section := html.Section{Title: "Words that the attacker selects", Blocks: []html.Block{html.Paragraph(
		"Numbers of test texts. Lift: how many times a word's share of the attacker's words is its share of all words, in misled texts.")}}
	for _, w := range s.Words {
		to := fmt.Sprintf("towards %s, of %d texts", w.Towards, w.Texts)
		section.Blocks = append(section.Blocks,
			table("Standing out in misled texts, "+to, s.words(w.Telling), 1), table("Most often, "+to, s.words(w.Often), 1))
	}
	return section
}

// table is a table for a page from rows that begin with the heading.
func table(caption string, rows [][]string, labels int) html.Table {
	head := slices.Clone(rows[0])
	for i, name := range head {
		head[i] = strings.ToLower(name)
	}
	return html.Table{Caption: caption, Header: head, Rows: rows[1:], Labels: labels}
}
