package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/pipeline/engine"
	"rationale/stages/graphs"
	"rationale/stages/train"
)

// trainedRun is a training run in the store.
type trainedRun struct {
	ID          string        `json:"id"`
	Label       string        `json:"label"`
	Evaluation  string        `json:"evaluation,omitempty"` // the one that is shown; empty when there is none
	Evaluations []*evaluation `json:"evaluations,omitempty"`
	Graphs      graphs.Params `json:"graphs"`
	Params      train.Params  `json:"params"`
	Damaged     string        `json:"damaged,omitempty"` // what is wrong with it
	Again       string        `json:"again,omitempty"`   // how to make it again

	store     *engine.Store
	manifest  engine.Manifest
	evaluated engine.Manifest
	unknown   []*evaluation       // damaged ones that may be this run's
	damage    *engine.DamageError // of the run's manifest, or that of its graphs
}

// allRuns lists the training runs of a store in the order of their labels,
// damaged ones too.
func allRuns(store *engine.Store) ([]*trainedRun, error) {
	list, err := store.List()
	if err != nil {
		return nil, err
	}
	var runs []*trainedRun
	for _, m := range list.Manifests {
		if m.Stage == trainStage() {
			runs = append(runs, readRun(store, m, list))
		}
	}
	for _, d := range list.Damaged {
		if strings.HasPrefix(d.ID, trainStage()+"-") {
			runs = append(runs, damagedRun(store, d))
		}
	}
	slices.SortFunc(runs, func(a, b *trainedRun) int {
		return strings.Compare(a.Label+"\x00"+a.ID, b.Label+"\x00"+b.ID)
	})
	return runs, nil
}

// damagedRun is all that is known of a run without a manifest.
func damagedRun(store *engine.Store, d *engine.DamageError) *trainedRun {
	r := &trainedRun{ID: d.ID, Label: recordOf(store, d.ID).Label, store: store}
	r.spoil(d)
	return r
}

// spoil notes what makes the run unusable.
func (r *trainedRun) spoil(d *engine.DamageError) {
	r.damage, r.Again = d, again(r.store, d.ID)
	r.Damaged = "file " + d.File + ": " + d.Fault
	if d.ID != r.ID {
		r.Damaged = d.ID + ": " + r.Damaged
	}
}

// readRun completes a run from the manifests around it.
func readRun(store *engine.Store, m engine.Manifest, list engine.Listing) *trainedRun {
	r := &trainedRun{ID: m.ID, Label: m.Label, store: store, manifest: m}
	r.Evaluations, r.unknown = evaluationsOf(store, m.ID, list)
	graphs, err := list.Find(m.Inputs[train.GraphsRole].Artifact)
	if err == nil {
		err = parameters(graphs, &r.Graphs)
	}
	if err == nil {
		err = parameters(m, &r.Params)
	}
	if d := damageIn(err); d != nil {
		r.spoil(d)
	}
	return r
}

// parameters reads a stage's parameters out of its manifest.
func parameters(m engine.Manifest, into any) error {
	if err := json.Unmarshal(m.Params, into); err != nil {
		return &engine.DamageError{ID: m.ID, File: engine.ManifestName, Fault: "parameters: " + err.Error()}
	}
	return nil
}

// findRun finds a run by its id, by the beginning of one (with or without
// "train-"), by its label, or by the id of an evaluation of it. It must be the
// only one, and undamaged as far as manifests tell.
func findRun(store *engine.Store, name string) (*trainedRun, error) {
	runs, err := allRuns(store)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, usagef("no run %q: there are none in %s; make one with rationale train or reproduce", name, store.Dir())
	}
	found := filter(runs, func(r *trainedRun) bool { return r.isCalled(name) })
	switch len(found) {
	case 0:
		return nil, usagef("no run %q among the %d in %s; see rationale list runs", name, len(runs), store.Dir())
	case 1:
	default:
		return nil, usagef("%q may be any of %d runs: %s", name, len(found), enumerate(found))
	}
	r := found[0]
	if r.damage != nil {
		return nil, withAgain(store, r.damage)
	}
	return r, r.choose(name)
}

// findTextRun is findRun for verbs that read texts.
func findTextRun(store *engine.Store, name string) (*trainedRun, error) {
	r, err := findRun(store, name)
	if err == nil && r.Graphs.OfGraphs() {
		err = usagef("%s: dataset %s: %s", r.ID, quote.Name(r.Params.Dataset), datasets.HoldsGraphs)
	}
	return r, err
}

func (r *trainedRun) isCalled(name string) bool {
	if name == "" {
		return false
	}
	_, digits, _ := strings.Cut(r.ID, "-")
	return strings.HasPrefix(r.ID, name) || strings.HasPrefix(digits, name) ||
		r.Label == name || strings.TrimPrefix(r.Label, "train ") == name ||
		slices.ContainsFunc(r.Evaluations, func(e *evaluation) bool { return e.ID == name })
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
		return "", r.unevaluated()
	}
	if _, err := r.store.Verify(id); err != nil {
		return "", withAgain(r.store, err)
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

// verify is the manifest of a sound artifact.
func (r *trainedRun) verify(id string) (engine.Manifest, error) {
	m, err := r.store.Verify(id)
	if err != nil {
		return m, withAgain(r.store, err)
	}
	return m, nil
}

// tokenized is the dataset as the run read it.
func (r *trainedRun) tokenized() (engine.Manifest, error) {
	return r.verify(r.manifest.Inputs[train.DataRole].Artifact)
}

// dataFolder is the tokenized dataset that the run was trained on.
func (r *trainedRun) dataFolder() (string, error) {
	return r.folder(r.manifest.Inputs[train.DataRole].Artifact)
}
