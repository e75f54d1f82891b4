package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/examples/texts"
	"rationale/stages/generate"
	"rationale/stages/measure"
)

// Example is one test text with what a model selects of it, word by word: a
// line of rationales.jsonl.
type Example struct {
	ID        string   `json:"id"`
	Tokens    []string `json:"tokens"`
	Gold      []bool   `json:"gold,omitempty"`
	Selected  []bool   `json:"selected,omitempty"`
	Class     string   `json:"class"`
	Predicted string   `json:"predicted"`
}

// writeRationales writes the first texts of the test split.
func (e *evaluation) writeRationales(predictions []measure.Prediction) error {
	set, done, err := generate.Dataset(e.env, DatasetRole, e.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	split, err := set.Split("test")
	if err != nil {
		return err
	}
	if split.Len() != e.test.Len() {
		return fmt.Errorf("dataset %s has %d test texts and the run's data %d; they are not the same", e.params.Dataset, split.Len(), e.test.Len())
	}
	return stages.WriteFile(filepath.Join(e.env.Out, RationalesFile), func(w io.Writer) error {
		return e.writeExamples(json.NewEncoder(w), split, set.Meta().Classes, predictions)
	})
}

func (e *evaluation) writeExamples(out *json.Encoder, split *datasets.Split, classes []string, predictions []measure.Prediction) error {
	for i := range min(e.params.Texts, split.Len()) {
		text, err := split.Text(i)
		if err != nil {
			return err
		}
		example := Example{
			ID: text.ID, Tokens: text.Tokens, Gold: text.Rationale,
			Class: classes[text.Label], Predicted: classes[predictions[i].Class],
		}
		if z := predictions[i].Selected; z != nil {
			example.Selected = e.test.(texts.Set)[i].DocumentWords(z, len(text.Tokens))
		}
		if err := out.Encode(example); err != nil {
			return err
		}
	}
	return nil
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
func ReadExamples(dir string) ([]Example, error) {
	path := filepath.Join(dir, RationalesFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Example
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
