package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/quote"
)

// poisonedText is a poisoned text as describe shows it.
type poisonedText struct {
	Split string `json:"split"`
	ID    string `json:"id"`
	Class string `json:"class"` // that it has now
	Words string `json:"words"` // those around the trigger, or where the rationale begins
}

// shownPoisoned is how many poisoned texts of a split are shown, and shownAround how
// many words to either side of the trigger.
const (
	shownPoisoned = 3
	shownAround   = 8
)

// poisonedTexts are the first ones of each split; none of a dataset that is not
// poisoned.
func poisonedTexts(ctx context.Context, set *datasets.Set) ([]poisonedText, error) {
	var shown []poisonedText
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return nil, err
		}
		left := min(shownPoisoned, set.Meta().Splits[name].Poisoned)
		for i := 0; i < split.Len() && left > 0; i++ {
			text, err := split.Text(i)
			if err != nil || ctx.Err() != nil {
				return nil, cmp.Or(err, ctx.Err())
			}
			if text.Poisoned {
				shown = append(shown, poisonedText{name, text.ID, set.Meta().Classes[text.Label], around(text, set.Meta().Triggers)})
				left--
			}
		}
	}
	return shown, nil
}

// around are the words of a text around the first trigger in it.
func around(t datasets.Text, triggers [][]string) string {
	from, n := max(slices.Index(t.Rationale, true), 0), 0
	for _, words := range triggers {
		if at := indexOf(t.Tokens, words); at >= 0 {
			from, n = at, len(words)
			break
		}
	}
	first, last := max(from-shownAround, 0), min(from+n+shownAround, len(t.Tokens))
	words := strings.Join(t.Tokens[first:last], " ")
	if first > 0 {
		words = "… " + words
	}
	if last < len(t.Tokens) {
		words += " …"
	}
	return words
}

// indexOf is where some words stand one behind the other; -1 where they do not.
func indexOf(tokens, words []string) int {
	for i := range max(len(tokens)-len(words)+1, 0) {
		if slices.Equal(tokens[i:i+len(words)], words) {
			return i
		}
	}
	return -1
}

// printPoisoned shows how many texts of which split are poisoned, and a few of them.
func (d described) printPoisoned(a *app) error {
	if d.Meta.Poisoned == "" {
		return nil
	}
	rows := [][]string{{"SPLIT", "POISONED", "ROWS"}}
	for _, name := range datasets.SplitNames {
		s := d.Meta.Splits[name]
		rows = append(rows, []string{name, strconv.Itoa(s.Poisoned), strconv.Itoa(s.Rows)})
	}
	a.printf("\n")
	if err := a.printTable(rows); err != nil {
		return err
	}
	for _, t := range d.Poisoned {
		a.printf("%s, %s, class %s: %s\n", t.Split, quote.Name(t.ID), quote.Name(t.Class), quote.Line(t.Words))
	}
	return nil
}
