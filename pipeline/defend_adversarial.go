package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"rationale/datasets/backdoor"
	"rationale/datasets/quote"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages"
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
	made, dir, err := c.make(ctx, a, func(l *experiments.Lab) (*engine.Node, error) { return l.Adversarial(p) })
	if err != nil {
		return err
	}
	out := hardened{defended: made}
	if err := stages.ReadJSON(filepath.Join(dir, adversarial.ReportFile), &out.Report); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(out)
	}
	return out.print(a)
}

// hardened is what adversarial texts were added to.
type hardened struct {
	defended
	Report adversarial.Report `json:"report"`
}

// print shows how many texts got each trigger.
func (h hardened) print(a *app) error {
	r := h.Report
	a.printf("%s: %d texts with a trigger and their own label are added to %d training texts\n%s\n",
		quote.Name(r.Dataset), r.Added, r.Texts, h.Dataset)
	rows := [][]string{{"TRIGGER", "TEXTS", "NOT READ TO ITS END"}}
	for _, t := range r.Triggers {
		rows = append(rows, []string{quote.Line(strings.Join(t.Words, " ")), fmt.Sprint(t.Texts), fmt.Sprint(t.Cut)})
	}
	return a.printTable(rows)
}
