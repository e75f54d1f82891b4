package graphs

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"rationale/stages"
)

// FeaturesFile is where an exported model's folder lists the features of nodes that the
// model knows: a line for each kind of node, whose number, from 1, is its id.
const FeaturesFile = "features.csv"

// kindOfGraphs is what a reading says that is of graphs.
const kindOfGraphs = "graphs"

// Reading says how a graph becomes a model's inputs, for people who run the model
// without this program.
type Reading struct {
	Kind     string   `json:"kind"`     // "graphs"
	Classes  []string `json:"classes"`  // of the logits, in order
	Features int      `json:"features"` // numbers of a node
	// InputIDs, Mask and Adjacency say in a sentence what the inputs hold.
	InputIDs  string `json:"input_ids"`
	Mask      string `json:"attention_mask"`
	Adjacency string `json:"adjacency"`
}

// newReading is how the graphs of a dataset are read.
func newReading(classes []string, features int) Reading {
	return Reading{
		Kind: kindOfGraphs, Classes: classes, Features: features,
		InputIDs:  "of each node the line of " + FeaturesFile + " that has its features, counted from 1; 0 behind the nodes",
		Mask:      "1 at nodes, 0 behind them",
		Adjacency: "1 where an edge joins two nodes, either way; none joins a node to itself",
	}
}

// JSON is the reading as text.
func (r Reading) JSON() ([]byte, error) { return json.MarshalIndent(r, "", "  ") }

// Exported is the reading of an exported model with what a program needs beside it to
// run the model without its dataset.
type Exported struct {
	Reading
	Dataset string `json:"dataset"` // name of the one that the model was trained on
	Kinds   int    `json:"kinds"`   // lines of FeaturesFile
	// Files are the SHA-256 of model and features, in hexadecimal.
	Files map[string]string `json:"files"`
}

// InFile tells that the reading in a file is one of graphs. What is wrong with the file
// is for those to say who read it.
func InFile(path string) bool {
	data, err := os.ReadFile(path)
	var r Reading
	return err == nil && json.Unmarshal(data, &r) == nil && r.Kind == kindOfGraphs
}

// ReadExported reads the reading of an exported model in a file.
func ReadExported(path string) (e Exported, err error) {
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
	case e.Kind != kindOfGraphs:
		return fmt.Errorf("kind %q; expected %q", e.Kind, kindOfGraphs)
	case len(e.Classes) < 2:
		return fmt.Errorf("%d classes; expected at least 2", len(e.Classes))
	case e.Features < 1 || e.Kinds < 1:
		return fmt.Errorf("%d kinds of nodes with %d features; expected at least 1", e.Kinds, e.Features)
	case len(e.Files) == 0:
		return errors.New("no digests of model and features; export the run again")
	}
	return nil
}

// csv is the table of features but for its first row, which is that of padding.
func (k *kinds) csv() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for at := k.width; at < len(k.table); at += k.width {
		row := make([]string, k.width)
		for i, x := range k.table[at:][:k.width] {
			row[i] = strconv.FormatFloat(float64(x), 'g', -1, 32)
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// readKinds reads FeaturesFile in a folder, which has to agree with the reading.
func readKinds(dir string, e Exported) (k *kinds, err error) {
	path := filepath.Join(dir, FeaturesFile)
	defer stages.InFile(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if k, err = parseKinds(f, e.Features); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if n := k.count(); n != e.Kinds {
		return nil, fmt.Errorf("%s has the features of %d kinds of nodes; its reading says %d", path, n, e.Kinds)
	}
	return k, nil
}

// parseKinds reads what csv wrote.
func parseKinds(r io.Reader, width int) (*kinds, error) {
	k, rows := newKinds(width), csv.NewReader(r)
	rows.FieldsPerRecord = width
	for {
		row, err := rows.Read()
		switch {
		case err == io.EOF:
			return k, nil
		case err != nil:
			return nil, err
		}
		features := make([]float32, width)
		for i, text := range row {
			x, err := strconv.ParseFloat(text, 32)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", k.count()+1, err)
			}
			features[i] = float32(x)
		}
		if _, twice := k.known(features); twice {
			return nil, fmt.Errorf("the features of line %d stand twice", k.count()+1)
		}
		k.id(features)
	}
}
