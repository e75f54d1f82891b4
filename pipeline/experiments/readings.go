package experiments

import (
	"errors"
	"slices"

	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/stages/tokenize"
)

// addReadings lists what other tokenizers made of the same datasets, where
// somebody asked for it (`rationale data tokenize`). What they made of data that
// had the name of one of these earlier is another dataset's, and what another
// version of the program made is not read. It also lists what in the store is
// damaged: that is no part of this batch, and stops nothing.
func (p *publisher) addReadings(m *report.Material) error {
	list, err := p.store.List()
	if err != nil {
		return err
	}
	for _, d := range list.Damaged {
		m.Damaged = append(m.Damaged, *d)
	}
	used, sources := m.Data, p.sources(m.Data)
	for _, artifact := range list.Manifests {
		if !isReading(artifact) || !sources[artifact.Inputs[tokenize.DatasetRole]] {
			continue
		}
		summary, err := p.reading(artifact.ID)
		var damage *engine.DamageError
		if errors.As(err, &damage) {
			m.Damaged = append(m.Damaged, *damage)
			continue
		}
		if err != nil {
			return err
		}
		same := func(d report.Dataset) bool {
			return d.Summary.Dataset == summary.Dataset && d.Tokenizer != summary.Tokenizer
		}
		if slices.ContainsFunc(used, same) {
			m.Data = append(m.Data, report.Dataset{ID: artifact.ID, Summary: summary})
		}
	}
	return nil
}

// isReading tells whether an artifact is a tokenized dataset of today's form.
func isReading(artifact engine.Manifest) bool {
	stage := &tokenize.Stage{}
	return artifact.Stage == stage.Name() && artifact.Version == stage.Version()
}

// sources are the contents that the tokenized datasets were made from.
func (p *publisher) sources(data []report.Dataset) map[engine.Source]bool {
	sources := map[engine.Source]bool{}
	for _, step := range p.plan.Steps() {
		if slices.ContainsFunc(data, func(d report.Dataset) bool { return d.ID == step.ID }) {
			sources[step.Recipe.Inputs[tokenize.DatasetRole]] = true
		}
	}
	return sources
}

// reading is the summary of an undamaged tokenized dataset.
func (p *publisher) reading(id string) (tokenize.Summary, error) {
	if _, err := p.store.Verify(id); err != nil {
		return tokenize.Summary{}, err
	}
	dir, err := p.store.Path(id)
	if err != nil {
		return tokenize.Summary{}, err
	}
	return tokenize.ReadSummary(dir)
}
