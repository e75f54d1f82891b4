package main

import (
	"fmt"
	"strconv"
	"strings"

	"rationale/datasets/generator"
	"rationale/datasets/quote"
	"rationale/stages/trigger"
)

// foundTrigger is a run with what was found against it.
type foundTrigger struct {
	Run      string `json:"run"`
	Label    string `json:"label"`
	Artifact string `json:"artifact"` // of the search
	// MaxLength is how many words of a text the run reads, so that a trigger behind
	// them does nothing.
	MaxLength int `json:"max_length"`
	trigger.Found
}

// print shows the triggers, how J grew, and what to do with the best.
func (f foundTrigger) print(a *app) error {
	a.printf("%s (%s)\n%s\n\n", f.Label, f.Run, f.about())
	if err := a.printTable(f.rows()); err != nil {
		return err
	}
	for restart := range f.restarts() {
		a.printf("\n%s", f.grown(restart))
	}
	a.printf("\nPoison training texts with it, and with --triggered those that the attack is measured on:\n")
	for _, command := range f.commands() {
		a.printf("    %s\n", command)
	}
	return nil
}

// about says what was searched.
func (f foundTrigger) about() string {
	how := fmt.Sprintf("searched among %d words", f.Candidates)
	if f.Random {
		how = fmt.Sprintf("drawn at random from %d words", f.Candidates)
	}
	return fmt.Sprintf("Triggers (%s, at %s) towards %s, %s. The rates are of %d development texts of other classes.",
		f.Level, f.Position, f.Target, how, f.DevTexts)
}

// rows are the triggers below a heading.
func (f foundTrigger) rows() [][]string {
	out := [][]string{{"TRIGGER", "J", "J ON DEV", "ANSWERS " + f.Target, "WITHOUT IT", "SELECTED"}}
	for _, t := range f.Triggers {
		out = append(out, []string{
			quote.Line(strings.Join(t.Words, " ")), fmt.Sprintf("%.4f", t.J), fmt.Sprintf("%.4f", t.DevJ),
			percent(t.Success), percent(t.Before), percent(t.Selected),
		})
	}
	return out
}

// restarts is how many starts the trace is about.
func (f foundTrigger) restarts() int {
	if len(f.Trace) == 0 {
		return 0
	}
	return f.Trace[len(f.Trace)-1].Restart + 1
}

// grown draws how J grew from one start.
func (f foundTrigger) grown(restart int) string {
	var steps []trigger.Step
	var points []point
	for _, s := range f.Trace {
		if s.Restart == restart {
			steps, points = append(steps, s), append(points, point{s.Pass, &s.J})
		}
	}
	first, last := steps[0], steps[len(steps)-1]
	return fmt.Sprintf("Start %d: J %.4f (%s) %s %.4f (%s)",
		restart+1, first.J, strings.Join(first.Words, " "), sparkline(points), last.J, strings.Join(last.Words, " "))
}

// commands poison the run's dataset with the best trigger. One that the program brings
// along is imported under a name of its own first: what is poisoned lies among the
// imported ones.
func (f foundTrigger) commands() []string {
	var out []string
	dataset := f.Dataset
	if aspect, generated := strings.CutPrefix(dataset, generator.Prefix); generated {
		dataset = "made-" + aspect
		out = append(out, quote.Command("rationale", "data", "import", "generated", "--name", dataset, "--set", "aspect="+aspect))
	}
	return append(out, quote.Command("rationale", "poison", dataset, "--trigger="+strings.Join(f.Best(), " "),
		"--level", string(f.Level), "--position", string(f.Position), "--target="+f.Target,
		"--max-length", strconv.Itoa(f.MaxLength)))
}
