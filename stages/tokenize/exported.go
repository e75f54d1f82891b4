package tokenize

import (
	"errors"
	"fmt"
	"path/filepath"

	"rationale/stages"
)

// ReadingFile is where an exported model's folder says how a text becomes the
// model's inputs.
const ReadingFile = "reading.json"

// Exported is the reading of an exported model with what a program needs beside it
// to run the model without its dataset: the content of ReadingFile.
type Exported struct {
	Reading
	Dataset string `json:"dataset"` // name of the one that the model was trained on
	// QueryNeeded tells that each text of the dataset has a query.
	QueryNeeded bool `json:"query_needed,omitempty"`
	// PadTo is how many ids each text has, padding included, for a model that reads
	// padding too; 0 for others.
	PadTo int `json:"pad_to,omitempty"`
	// Files are the SHA-256 of model and vocabulary, in hexadecimal.
	Files map[string]string `json:"files"`
}

// longest is how many ids a text may have at most, whoever says so.
const longest = 1 << 24

// exported is the reading of the dataset's own texts.
func (s Summary) exported() Exported {
	return Exported{Reading: s.Reading(), Dataset: s.Dataset, QueryNeeded: s.allQueried()}
}

// ReadExported reads ReadingFile of an exported model's folder.
func ReadExported(dir string) (e Exported, err error) {
	path := filepath.Join(dir, ReadingFile)
	if err := stages.ReadJSON(path, &e); err != nil {
		return e, err
	}
	if err := e.check(); err != nil {
		return e, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// check names the first thing that no export writes.
func (e Exported) check() error {
	switch {
	case len(e.Files) == 0:
		return errors.New("no digests of model and vocabulary; an older version of the program exported this run: export it again")
	case len(e.Classes) < 2:
		return fmt.Errorf("%d classes; expected at least 2", len(e.Classes))
	case e.MaxLength > longest:
		return fmt.Errorf("max_length %d; expected at most %d", e.MaxLength, longest)
	case e.PadTo != 0 && e.PadTo != e.MaxLength:
		return fmt.Errorf("pad_to %d; expected max_length, %d, or nothing", e.PadTo, e.MaxLength)
	}
	return e.Settings.check()
}
