package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rationale/stages"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// Example is one text with what a model selects of it, word by word: a line of
// rationales.jsonl.
type Example struct {
	ID        string   `json:"id"`
	Query     []string `json:"query,omitempty"`
	Tokens    []string `json:"tokens"`
	Gold      []bool   `json:"gold,omitempty"`
	Selected  []bool   `json:"selected,omitempty"`
	Class     string   `json:"class"`
	Predicted string   `json:"predicted"`
}

// NewExample is an example with what a model says of it, given the names of
// classes. Its class is the caller's to name, where somebody knows it.
func NewExample(set examples.Set, i int, p measure.Prediction, classes []string) Example {
	words := set.Words(i)
	x := Example{ID: words.ID, Query: words.Query, Tokens: words.Tokens, Gold: words.Gold, Predicted: classes[p.Class]}
	if p.Selected != nil {
		x.Selected = set.Chosen(i, p.Selected)
	}
	return x
}

// writeRationales writes the first examples of the test split.
func (e *evaluation) writeRationales(predictions []measure.Prediction) error {
	return stages.WriteFile(filepath.Join(e.env.Out, RationalesFile), func(w io.Writer) error {
		out := json.NewEncoder(w)
		for i := range min(e.params.Texts, e.test.Len()) {
			x := NewExample(e.test, i, predictions[i], e.shape.Classes)
			x.Class = e.shape.Classes[e.test.Class(i)]
			if err := out.Encode(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// check wants both classes, and as many marks as there are tokens, or none.
func (x Example) check() error {
	if x.Class == "" || x.Predicted == "" {
		return fmt.Errorf("class %q, predicted %q; expected the names of classes", x.Class, x.Predicted)
	}
	for _, marks := range [][]bool{x.Gold, x.Selected} {
		if marks != nil && len(marks) != len(x.Tokens) {
			return fmt.Errorf("%d marks for %d tokens", len(marks), len(x.Tokens))
		}
	}
	return nil
}

// ReadExamples reads rationales.jsonl of an evaluation.
func ReadExamples(dir string) (out []Example, err error) {
	path := filepath.Join(dir, RationalesFile)
	defer stages.InFile(path, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	for d.More() {
		var x Example
		if err := d.Decode(&x); err != nil {
			return nil, fmt.Errorf("%s: example %d: %w", path, len(out)+1, err)
		}
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("%s: example %d: %w", path, len(out)+1, err)
		}
		out = append(out, x)
	}
	return out, nil
}
