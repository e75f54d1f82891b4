package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/engine"
	"rationale/stages/evaluate"
	"rationale/stages/export"
	"rationale/stages/train"
)

// trainedRun is a training run in the store.
type trainedRun struct {
	ID         string        `json:"id"`
	Label      string        `json:"label"`
	Evaluation string        `json:"evaluation,omitempty"` // artifact; empty when there is none
	Graphs     export.Params `json:"graphs"`
	Params     train.Params  `json:"params"`

	store     *engine.Store
	manifest  engine.Manifest
	evaluated engine.Manifest
}

// allRuns lists the training runs of a store in the order of their labels.
func allRuns(store *engine.Store) ([]*trainedRun, error) {
	manifests, err := store.List()
	if err != nil {
		return nil, err
	}
	var runs []*trainedRun
	for _, m := range manifests.Manifests {
		if m.Stage != (&train.Stage{}).Name() {
			continue
		}
		r, err := readRun(store, m, manifests.Manifests)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b *trainedRun) int {
		return strings.Compare(a.Label+"\x00"+a.ID, b.Label+"\x00"+b.ID)
	})
	return runs, nil
}

// readRun completes a run from the manifests around it.
func readRun(store *engine.Store, m engine.Manifest, all []engine.Manifest) (*trainedRun, error) {
	r := &trainedRun{ID: m.ID, Label: m.Label, store: store, manifest: m}
	if err := json.Unmarshal(m.Params, &r.Params); err != nil {
		return nil, fmt.Errorf("artifact %s: parameters: %w", m.ID, err)
	}
	for _, other := range all {
		if other.ID == m.Inputs[train.GraphsRole].Artifact {
			if err := json.Unmarshal(other.Params, &r.Graphs); err != nil {
				return nil, fmt.Errorf("artifact %s: parameters: %w", other.ID, err)
			}
		}
		if other.Stage == (&evaluate.Stage{}).Name() && other.Inputs[evaluate.RunRole].Artifact == m.ID {
			r.Evaluation, r.evaluated = other.ID, other
		}
	}
	return r, nil
}

// findRun finds a run by its id, by the beginning of one (with or without
// "train-"), by its evaluation's id, or by its label. It must be the only one.
func findRun(store *engine.Store, name string) (*trainedRun, error) {
	runs, err := allRuns(store)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, usagef("no run %q: there are none in %s; make one with rationale train or reproduce", name, store.Dir())
	}
	var found []*trainedRun
	for _, r := range runs {
		if r.isCalled(name) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return nil, usagef("no run %q among the %d in %s; see rationale list runs", name, len(runs), store.Dir())
	case 1:
		return found[0], nil
	}
	return nil, usagef("%q may be any of %d runs: %s", name, len(found), enumerate(found))
}

func (r *trainedRun) isCalled(name string) bool {
	if name == "" {
		return false
	}
	_, digits, _ := strings.Cut(r.ID, "-")
	return strings.HasPrefix(r.ID, name) || strings.HasPrefix(digits, name) ||
		r.Evaluation == name || r.Label == name || strings.TrimPrefix(r.Label, "train ") == name
}

func enumerate(runs []*trainedRun) string {
	var list []string
	for _, r := range runs {
		list = append(list, fmt.Sprintf("%s (%s)", r.ID, r.Label))
	}
	return strings.Join(list, ", ")
}

// folder checks an artifact against its digests and gives its folder: nothing
// is parsed before.
func (r *trainedRun) folder(id string) (string, error) {
	if id == "" {
		return "", fmt.Errorf("run %s has not been evaluated; the command that trained it does that too and repeats nothing that is done", r.ID)
	}
	if _, err := r.store.Verify(id); err != nil {
		return "", fmt.Errorf("%w; the command that made it makes it again", err)
	}
	return r.store.Path(id)
}

// result is what the training wrote about itself.
func (r *trainedRun) result() (train.Result, error) {
	dir, err := r.folder(r.ID)
	if err != nil {
		return train.Result{}, err
	}
	return train.ReadResult(dir)
}

// dataFolder is the tokenized dataset that the run was trained on.
func (r *trainedRun) dataFolder() (string, error) {
	return r.folder(r.manifest.Inputs[train.DataRole].Artifact)
}

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
	if asJSON {
		return a.printJSON(append([]*trainedRun{}, runs...))
	}
	rows := [][]string{{"RUN", "METHOD", "DATASET", "SEED", "EPOCHS", "EVALUATED"}}
	for _, r := range runs {
		rows = append(rows, []string{
			r.ID, r.Graphs.Method, r.Params.Dataset, strconv.FormatUint(r.Params.Seed, 10),
			strconv.Itoa(r.Params.Epochs), map[bool]string{true: "yes", false: "no"}[r.Evaluation != ""],
		})
	}
	return a.printTable(rows)
}
