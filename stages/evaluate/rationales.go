package evaluate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages/generate"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer"
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
func (e *evaluation) writeRationales(predictions []train.Prediction) error {
	dir, err := generate.Find(e.env.Inputs[DatasetRole], e.params.Dataset)
	if err != nil {
		return err
	}
	set, err := datasets.OpenDir(dir)
	if err != nil {
		return err
	}
	defer set.Close()
	split, err := set.Split("test")
	if err != nil {
		return err
	}
	path := filepath.Join(e.env.Out, RationalesFile)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if err := e.writeExamples(json.NewEncoder(w), split, set.Meta().Classes, predictions); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func (e *evaluation) writeExamples(out *json.Encoder, split *datasets.Split, classes []string, predictions []train.Prediction) error {
	for i := range min(e.params.Texts, split.Len()) {
		text, err := split.Text(i)
		if err != nil {
			return err
		}
		example := Example{
			ID: text.ID, Tokens: text.Tokens, Gold: text.Rationale,
			Selected: selectedWords(e.texts[i], predictions[i].Selected, len(text.Tokens)),
			Class:    classes[text.Label], Predicted: classes[predictions[i].Class],
		}
		if err := out.Encode(example); err != nil {
			return err
		}
	}
	return nil
}

// selectedWords carries a selection of pieces to the document's words.
func selectedWords(t tokenize.Text, selected []bool, words int) []bool {
	if selected == nil {
		return nil
	}
	pieces := tokenizer.Encoding{IDs: t.IDs, Word: t.Word}
	all := pieces.ToWords(selected[:len(t.IDs)], t.Lead+words)
	return all[t.Lead:]
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
	for d := json.NewDecoder(f); d.More(); {
		var x Example
		if err := d.Decode(&x); err != nil {
			return nil, fmt.Errorf("%s: example %d: %w", path, len(out)+1, err)
		}
		out = append(out, x)
	}
	return out, nil
}
