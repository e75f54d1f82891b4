package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"rationale/plots"
)

// provenance is provenance.json: for every run behind a number, what made it.
type provenance struct {
	Command  string              `json:"command"`
	Profile  string              `json:"profile"`
	Library  string              `json:"library"`
	Runs     []provenanceRun     `json:"runs"`
	Datasets []provenanceDataset `json:"datasets"`
}

type provenanceRun struct {
	Run         string            `json:"run"`        // key in records.csv of training numbers
	Evaluation  string            `json:"evaluation"` // key of evaluation numbers
	Data        string            `json:"data"`       // the tokenized dataset that it read
	Labels      plots.Labels      `json:"labels"`     // what tells it from the others
	ChosenEpoch int               `json:"chosen_epoch"`
	Settings    map[string]string `json:"settings"`
}

// provenanceDataset is one tokenized dataset. A dataset of one name is read in
// several ways: in words, in pieces, up to another length.
type provenanceDataset struct {
	Data      string `json:"data"`
	Dataset   string `json:"dataset"`
	Tokenizer string `json:"tokenizer"`
	MaxLength int    `json:"max_length"`
}

// IsProvenance tells whether a file is one that WriteProvenance wrote, in this or
// an earlier version of the program.
func IsProvenance(data []byte) bool {
	var p struct {
		Command, Profile, Library string
		Runs, Datasets            json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(&p) == nil && strings.HasPrefix(p.Command, "rationale reproduce") &&
		p.Profile != "" && p.Library != "" && p.Runs != nil && p.Datasets != nil
}

// WriteProvenance writes provenance.json. A record's Run is the name of an
// artifact in the store; its manifest has the digests of everything behind it.
func (m Material) WriteProvenance(w io.Writer) error {
	p := provenance{Command: m.Command, Profile: m.Profile, Library: m.Library}
	for _, r := range m.Runs {
		settings := map[string]string{}
		for _, kv := range r.Settings {
			settings[kv[0]] = kv[1]
		}
		p.Runs = append(p.Runs, provenanceRun{r.ID, r.EvaluationID, r.DataID, r.Labels, r.ChosenEpoch, settings})
	}
	for _, d := range m.Data {
		p.Datasets = append(p.Datasets, provenanceDataset{d.ID, d.Dataset, d.Tokenizer, d.MaxLength})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(p)
}
