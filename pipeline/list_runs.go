package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/experiments"
	"rationale/plots"
)

// listRuns is `rationale list runs`.
func listRuns(a *app, asJSON bool) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	runs, err := allRuns(store)
	if err != nil {
		return err
	}
	var labels []plots.Labels
	for _, r := range runs {
		if err := r.inspect(); err != nil {
			return err
		}
		if r.damage == nil {
			labels = append(labels, r.labels())
		}
	}
	if asJSON {
		return a.printJSON(append([]*trainedRun{}, runs...))
	}
	keys := plots.Shown(labels, "dataset", "method", plots.SeedKey)
	header := []string{"RUN"}
	for _, k := range keys {
		header = append(header, strings.ToUpper(k.Name))
	}
	rows := [][]string{append(header, "EPOCHS", "EVALUATED")}
	for _, r := range runs {
		rows = append(rows, r.row(keys))
	}
	return a.printTable(rows)
}

// labels are what is known to tell the run from others.
func (r *trainedRun) labels() plots.Labels { return experiments.Labels(r.Graphs, r.Params) }

// row is the run's line in the list.
func (r *trainedRun) row(keys []plots.Key) []string {
	values, epochs := r.labels().Values(keys), strconv.Itoa(r.Params.Epochs)
	if r.damage != nil {
		values, epochs = slices.Repeat([]string{"?"}, len(keys)), "?"
	}
	return slices.Concat([]string{r.ID}, values, []string{epochs, r.state()})
}

// state tells in a list of runs whether the run has been evaluated.
func (r *trainedRun) state() string {
	bad := slices.IndexFunc(r.Evaluations, func(e *evaluation) bool { return e.Damaged != "" })
	switch {
	case r.Damaged != "":
		return "damaged: " + r.Damaged
	case bad >= 0:
		return "damaged: " + r.Evaluations[bad].ID + ": " + r.Evaluations[bad].Damaged
	case len(r.Evaluations) == 0:
		return "no"
	case len(r.Evaluations) == 1:
		return "yes"
	}
	return fmt.Sprintf("yes, %d times", len(r.Evaluations))
}

// inspect checks the run's files and those of its evaluations, for lists.
func (r *trainedRun) inspect() error {
	if r.damage != nil {
		return nil
	}
	_ = r.choose("") // where it cannot tell, the list has all evaluations
	fault, err := r.fault(r.ID)
	if r.Damaged = fault; err != nil {
		return err
	}
	for _, e := range r.Evaluations {
		if e.Damaged == "" {
			if e.Damaged, err = r.fault(e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// fault says what is wrong with an artifact's files; nothing when it is empty.
func (r *trainedRun) fault(id string) (string, error) {
	_, err := r.store.Verify(id)
	if d := damageIn(err); d != nil {
		return "file " + d.File + ": " + d.Fault, nil
	}
	return "", err
}
