package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rationale/datasets/backdoor"
	"rationale/datasets/quote"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/defend/adversarial"
)

// harden is the defence adversarial.
func (c *defendCmd) harden(ctx context.Context, a *app) error {
	if len(c.Trigger) == 0 {
		return usageError{errors.New("adversarial needs at least one --trigger WORDS; it adds texts that carry one and keep their label")}
	}
	p := adversarial.Params{
		Dataset: c.Target, Name: c.Name, Seed: c.Seed,
		Level: backdoor.Level(c.Level), Position: backdoor.Position(c.Position),
	}
	for _, words := range c.Trigger {
		p.Triggers = append(p.Triggers, strings.Fields(words))
	}
	plan := func(l *experiments.Lab) (*engine.Node, error) { return l.Adversarial(p) }
	return disarm(ctx, c, a, adversarial.ReportFile, plan, printHardened)
}

// printHardened shows how many texts got each trigger.
func printHardened(a *app, h defended[adversarial.Report]) error {
	r := h.Report
	a.printf("%s: %d texts with a trigger and their own label are added to %d training texts\n%s\n",
		quote.Name(r.Dataset), r.Added, r.Texts, h.Dataset)
	rows := [][]string{{"TRIGGER", "TEXTS", "NOT READ TO ITS END"}}
	for _, t := range r.Triggers {
		rows = append(rows, []string{quote.Line(strings.Join(t.Words, " ")), fmt.Sprint(t.Texts), fmt.Sprint(t.Cut)})
	}
	return a.printTable(rows)
}
