package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"rationale/plots"
)

// Provenance is provenance.json: for every run behind a number, what made it, and
// for every cell of a table, what runs are behind it.
type Provenance struct {
	Command  string              `json:"command"`
	Profile  string              `json:"profile"`
	Library  string              `json:"library"`
	Runs     []ProvenanceRun     `json:"runs"`
	Datasets []ProvenanceDataset `json:"datasets"`
	Tables   []TableCells        `json:"tables,omitempty"`
}

// ProvenanceRun is one training run with its evaluation.
type ProvenanceRun struct {
	Run         string            `json:"run"`        // key in records.csv of training numbers
	Evaluation  string            `json:"evaluation"` // key of evaluation numbers
	Data        string            `json:"data"`       // the dataset that it read
	Labels      plots.Labels      `json:"labels"`     // what tells it from the others
	ChosenEpoch int               `json:"chosen_epoch"`
	Settings    map[string]string `json:"settings"`
}

// ProvenanceDataset is one dataset as models read it. A dataset of texts is read in
// several ways: in words, in pieces, up to another length; one of graphs as it is.
type ProvenanceDataset struct {
	Data      string `json:"data"`
	Dataset   string `json:"dataset"`
	Tokenizer string `json:"tokenizer,omitempty"`
	MaxLength int    `json:"max_length,omitempty"`
}

// IsProvenance tells whether a file is one that WriteProvenance wrote, in this or
// an earlier version of the program.
func IsProvenance(data []byte) bool {
	var p struct {
		Command, Profile, Library string
		Runs, Datasets, Tables    json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(&p) == nil && strings.HasPrefix(p.Command, "rationale reproduce") &&
		p.Profile != "" && p.Library != "" && p.Runs != nil && p.Datasets != nil
}

// WriteProvenance writes provenance.json. A record's Run is the name of an
// artifact in the store; its manifest has the digests of everything behind it.
func (m Material) WriteProvenance(w io.Writer) error {
	p := Provenance{Command: m.Command, Profile: m.Profile, Library: m.Library, Runs: []ProvenanceRun{}, Datasets: []ProvenanceDataset{}, Tables: m.cells()}
	for _, r := range m.Runs {
		settings := map[string]string{}
		for _, kv := range r.Settings {
			settings[kv[0]] = kv[1]
		}
		p.Runs = append(p.Runs, ProvenanceRun{r.ID, r.EvaluationID, r.DataID, r.Labels, r.ChosenEpoch, settings})
	}
	for _, d := range m.Data {
		p.Datasets = append(p.Datasets, ProvenanceDataset{d.ID, d.Dataset, d.Tokenizer, d.MaxLength})
	}
	for _, d := range m.Graphs {
		p.Datasets = append(p.Datasets, ProvenanceDataset{Data: d.ID, Dataset: d.Meta.Name})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(p)
}
