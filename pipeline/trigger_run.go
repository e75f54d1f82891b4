package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets/spelling"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// searched is the run as something that triggers are searched for; its artifacts are
// sound.
func (r *trainedRun) searched(dataDir string) (experiments.Searched, error) {
	out := experiments.Searched{Label: strings.TrimPrefix(r.Label, "train "), Run: engine.Published(r.manifest)}
	if r.Graphs.BERT != nil {
		return out, usagef("%s: triggers are searched among words with vectors, and the encoder %s reads pieces; search against a run of another encoder", r.Label, r.Graphs.Encoder)
	}
	if _, err := r.folder(r.ID); err != nil {
		return out, err
	}
	var err error
	if out.Read, err = r.read(); err != nil {
		return out, err
	}
	out.Dataset, err = r.dataset(dataDir)
	return out, err
}

// read is what the training read of the store, but for what it started from.
func (r *trainedRun) read() ([]engine.Input, error) {
	var out []engine.Input
	for _, role := range slices.Sorted(maps.Keys(r.manifest.Inputs)) {
		if role == train.WeightsRole || role == train.ScalarsRole {
			continue
		}
		made, err := r.verify(r.manifest.Inputs[role].Artifact)
		if err != nil {
			return nil, err
		}
		out = append(out, engine.Input{Role: role, From: engine.Published(made)})
	}
	return out, nil
}

// maxLength is how many words of a text the run reads.
func (r *trainedRun) maxLength() (int, error) {
	data, err := r.tokenized()
	if err != nil {
		return 0, err
	}
	var p tokenize.Params
	if err := json.Unmarshal(data.Params, &p); err != nil {
		return 0, fmt.Errorf("%s: parameters: %w", data.ID, err)
	}
	return p.MaxLength, nil
}

// dataset is what the run's tokenized data were made of: another stage's, or an
// imported one, which has to be there as it was.
func (r *trainedRun) dataset(dataDir string) (engine.Input, error) {
	data, err := r.tokenized()
	if err != nil {
		return engine.Input{}, err
	}
	from := data.Inputs[tokenize.DatasetRole]
	if from.Artifact != "" {
		made, err := r.store.Verify(from.Artifact)
		if err != nil {
			return engine.Input{}, withAgain(r.store, err)
		}
		return engine.Input{Role: tokenize.DatasetRole, From: engine.Published(made)}, nil
	}
	dir := filepath.Join(dataDir, r.Params.Dataset)
	opened, err := tokenize.OpenDataset(dir)
	if err != nil {
		return engine.Input{}, err
	}
	defer opened.Close()
	if found := opened.Digest(); found != from.Digest {
		return engine.Input{}, fmt.Errorf("dataset %s in %s is not the one that the run was trained on: its digest is %.12s…, expected %.12s…; train again on what is there now",
			r.Params.Dataset, dir, found, from.Digest)
	}
	return engine.Input{Role: tokenize.DatasetRole, Dir: dir, Digest: from.Digest, Open: tokenize.OpenDataset}, nil
}

// checkClass wants one of the run's classes as the value of a flag.
func (r *trainedRun) checkClass(flag, name string) error {
	dir, err := r.dataFolder()
	if err != nil {
		return err
	}
	summary, err := tokenize.ReadSummary(dir)
	if err != nil {
		return err
	}
	if !slices.Contains(summary.Classes, name) {
		return usagef("--%s %s: no class of dataset %s: %s", flag, name, summary.Dataset, spelling.Hint(name, summary.Classes))
	}
	return nil
}
