package main

import (
	"context"
	"fmt"

	"rationale/datasets/quote"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/defend/zscore"
)

// filter is the defence zscore.
func (c *defendCmd) filter(ctx context.Context, a *app) error {
	plan := func(l *experiments.Lab) (*engine.Node, error) { return l.ZScore(c.Target, c.Name, c.Factor) }
	return disarm(ctx, c, a, zscore.ReportFile, plan, printFiltered)
}

// printFiltered shows the suspicious words, and what was dropped because of them.
func printFiltered(a *app, f defended[zscore.Report]) error {
	r := f.Report
	a.printf("%s: scores of %d pairs of a word and a label have mean %.2f and deviation %.2f; %s %.3g: bounds %.2f and %.2f\n",
		quote.Name(r.Dataset), r.Pairs, r.Mean, r.Std, factorOf(r), r.Factor, r.Lower, r.Upper)
	a.printf("%d pairs are outside; %d of %d training texts are dropped\n%s\n", len(r.Suspicious), len(r.Dropped), r.Texts, f.Dataset)
	if len(r.Suspicious) == 0 {
		return nil
	}
	const shown = 20
	rows := [][]string{{"WORD", "LABEL", "OCCURRENCES", "WITH THE LABEL", "SCORE"}}
	for _, s := range r.Suspicious[:min(shown, len(r.Suspicious))] {
		rows = append(rows, []string{quote.Name(s.Word), quote.Name(r.Classes[s.Label]), fmt.Sprint(s.Total), fmt.Sprint(s.With), fmt.Sprintf("%.2f", s.Z)})
	}
	return a.printTable(rows)
}

// factorOf says where the factor is from.
func factorOf(r zscore.Report) string {
	if r.Found {
		return "factor at a gap"
	}
	return "factor"
}
