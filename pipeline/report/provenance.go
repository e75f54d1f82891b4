package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// provenance is provenance.json: for every run behind a number, what made it.
type provenance struct {
	Command  string            `json:"command"`
	Profile  string            `json:"profile"`
	Library  string            `json:"library"`
	Runs     []provenanceRun   `json:"runs"`
	Datasets map[string]string `json:"datasets"` // name → tokenized artifact
}

type provenanceRun struct {
	Run         string            `json:"run"`        // key in records.csv of training numbers
	Evaluation  string            `json:"evaluation"` // key of evaluation numbers
	Method      string            `json:"method"`
	Dataset     string            `json:"dataset"`
	Seed        uint64            `json:"seed"`
	ChosenEpoch int               `json:"chosen_epoch"`
	Settings    map[string]string `json:"settings"`
}

// IsProvenance tells whether a file is one that WriteProvenance wrote.
func IsProvenance(data []byte) bool {
	var p provenance
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(&p) == nil && strings.HasPrefix(p.Command, "rationale reproduce") && p.Profile != "" && p.Library != ""
}

// WriteProvenance writes provenance.json. A record's Run is the name of an
// artifact in the store; its manifest has the digests of everything behind it.
func (m Material) WriteProvenance(w io.Writer) error {
	p := provenance{Command: m.Command, Profile: m.Profile, Library: m.Library, Datasets: map[string]string{}}
	for _, r := range m.Runs {
		settings := map[string]string{}
		for _, kv := range r.Settings {
			settings[kv[0]] = kv[1]
		}
		p.Runs = append(p.Runs, provenanceRun{r.ID, r.EvaluationID, r.Method, r.Dataset, r.Seed, r.ChosenEpoch, settings})
	}
	for _, d := range m.Data {
		p.Datasets[d.Dataset] = d.ID
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(p)
}
