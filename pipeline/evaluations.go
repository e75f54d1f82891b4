package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rationale/pipeline/engine"
	"rationale/stages/evaluate"
	"rationale/stages/train"
)

// evaluation is one evaluation of a run. A run has several when it was
// evaluated with other settings, or by an earlier version of the program.
type evaluation struct {
	ID      string `json:"id"`
	Version int    `json:"version,omitempty"` // of the stage
	Draws   int    `json:"draws,omitempty"`
	Damaged string `json:"damaged,omitempty"`

	manifest engine.Manifest
}

// String tells people what it is.
func (e *evaluation) String() string {
	switch {
	case e.Damaged != "":
		return fmt.Sprintf("%s (damaged: %s)", e.ID, e.Damaged)
	case e.Version != currentEvaluation():
		return fmt.Sprintf("%s (draws=%d, by version %d of the measurements)", e.ID, e.Draws, e.Version)
	}
	return fmt.Sprintf("%s (draws=%d)", e.ID, e.Draws)
}

func trainStage() string     { return (&train.Stage{}).Name() }
func evaluateStage() string  { return (&evaluate.Stage{}).Name() }
func currentEvaluation() int { return (&evaluate.Stage{}).Version() }

// evaluationsOf lists a run's evaluations in the order of their names, and
// those damaged ones of which it is not known whose they are.
func evaluationsOf(store *engine.Store, run string, list engine.Listing) (found, unknown []*evaluation) {
	for _, m := range list.Manifests {
		if m.Stage == evaluateStage() && m.Inputs[evaluate.RunRole].Artifact == run {
			found = append(found, newEvaluation(m))
		}
	}
	for _, d := range list.Damaged {
		if !strings.HasPrefix(d.ID, evaluateStage()+"-") {
			continue
		}
		e := &evaluation{ID: d.ID, Damaged: "file " + d.File + ": " + d.Fault}
		switch recordOf(store, d.ID).Inputs[evaluate.RunRole] {
		case run:
			found = append(found, e)
		case "":
			unknown = append(unknown, e)
		}
	}
	slices.SortFunc(found, func(a, b *evaluation) int { return strings.Compare(a.ID, b.ID) })
	return found, unknown
}

func newEvaluation(m engine.Manifest) *evaluation {
	e := &evaluation{ID: m.ID, Version: m.Version, manifest: m}
	var p evaluate.Params
	if err := json.Unmarshal(m.Params, &p); err != nil {
		e.Damaged = fmt.Sprintf("file %s: parameters: %v", engine.ManifestName, err)
	}
	e.Draws = p.Draws
	return e
}

// choose decides which of the run's evaluations every verb shows: the one that
// the name says; otherwise the only one that this version of the program would
// make, or the only one at all. Where that leaves several, nobody can know
// which was meant, and the error lists them.
func (r *trainedRun) choose(name string) error {
	candidates := filter(r.Evaluations, func(e *evaluation) bool { return e.ID == name })
	if len(candidates) == 0 {
		candidates = filter(r.Evaluations, func(e *evaluation) bool { return e.Version == currentEvaluation() || e.Damaged != "" })
	}
	if len(candidates) == 0 {
		candidates = r.Evaluations
	}
	switch len(candidates) {
	case 0:
		return nil
	case 1:
		r.Evaluation, r.evaluated = candidates[0].ID, candidates[0].manifest
		return nil
	}
	var names []string
	for _, e := range candidates {
		names = append(names, e.String())
	}
	return usagef("%s has %d evaluations: %s; name the one that is meant in place of the run", r.ID, len(candidates), strings.Join(names, ", "))
}

func filter[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !keep(x) })
}

// unevaluated is the error of a run without an evaluation.
func (r *trainedRun) unevaluated() error {
	if len(r.unknown) == 0 {
		return fmt.Errorf("run %s has not been evaluated; the command that trained it does that too and repeats nothing that is done", r.ID)
	}
	return fmt.Errorf("run %s has no evaluation that can be read; it may be %v; %s", r.ID, r.unknown[0], again(r.store, r.unknown[0].ID))
}

// measuring are the settings of the evaluation that is shown.
func (r *trainedRun) measuring() (evaluate.Params, error) {
	var p evaluate.Params
	if err := json.Unmarshal(r.evaluated.Params, &p); err != nil {
		return p, fmt.Errorf("artifact %s: parameters: %w", r.Evaluation, err)
	}
	return p, nil
}
