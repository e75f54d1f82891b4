package main

import (
	"fmt"

	"rationale/stages/assess"
	"rationale/stages/defend/removal"
)

// print shows what the defence takes out and what that does to the model.
func (d defendedRun) print(a *app) error {
	a.printf("%s (%s)\n\n%s\n\n", d.Label, d.Run, d.about())
	if err := a.printTable(d.numbers()); err != nil {
		return err
	}
	a.printf("\n%s\n", d.counts())
	for _, side := range []struct {
		name  string
		taken *removal.Taken
	}{{"Clean test texts", d.Report.Clean}, {"Triggered test texts", d.Report.Triggered}} {
		if side.taken == nil {
			continue
		}
		a.printf("\n%s: %s\n", side.name, side.taken.Counts.String())
		if err := a.printTable(suspects(side.taken.Suspicious)); err != nil {
			return err
		}
	}
	return nil
}

// about says how the words were chosen.
func (d defendedRun) about() string {
	r := d.Report
	name := r.Defence
	if r.LanguageModel != "" {
		name += ", language model: " + r.LanguageModel
	}
	if r.Threshold == nil {
		return fmt.Sprintf("%s. Nothing is taken out: the first threshold already costs too much of the accuracy on %d development texts (%.4f).", name, r.Texts, r.Accuracy)
	}
	at := r.Accuracy
	for _, t := range r.Tried {
		if t.Threshold == *r.Threshold {
			at = t.Accuracy
		}
	}
	return fmt.Sprintf("%s. Threshold %.4g, chosen on %d development texts: accuracy %.4f there, and %.4f before.", name, *r.Threshold, r.Texts, at, r.Accuracy)
}

// numbers are those before and after, with a row for each metric and mask.
func (d defendedRun) numbers() [][]string {
	rows := [][]string{{"METRIC", "MASK", "BEFORE", "AFTER"}}
	for i, before := range d.Before {
		if !assess.Counted(before.Metric) {
			rows = append(rows, []string{before.Metric, before.Mask, before.String(), d.After[i].String()})
		}
	}
	return rows
}

// counts are those of what the model does not read, the same for all masks.
func (d defendedRun) counts() string {
	n := map[string]int{}
	for _, m := range d.Before {
		if assess.Counted(m.Metric) && m.Value != nil {
			n[m.Metric] = int(*m.Value)
		}
	}
	return fmt.Sprintf("Behind the length limit: %d marked units, all that %d texts have, and %d triggers, whose texts count.",
		n[assess.GRCut], n[assess.GRSkipped], n[assess.TriggersCut])
}

// suspects are rows of the words that fall most often.
func suspects(words []removal.Word) [][]string {
	const shown = 10
	rows := [][]string{{"WORD", "TAKEN OUT", "OF"}}
	for _, w := range words[:min(len(words), shown)] {
		rows = append(rows, []string{w.Word, fmt.Sprint(w.Taken), fmt.Sprint(w.Of)})
	}
	return rows
}
