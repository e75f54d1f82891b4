package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rationale/plots"
	"rationale/stages"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// Example is one text with what a model selects of it, word by word, or one graph, node
// by node: a line of rationales.jsonl.
type Example struct {
	ID     string   `json:"id"`
	Query  []string `json:"query,omitempty"`
	Tokens []string `json:"tokens"`
	// Spaces says before which tokens white space stood; nil when unknown.
	Spaces []bool `json:"spaces,omitempty"`
	Gold   []bool `json:"gold,omitempty"`
	Unread int    `json:"unread,omitempty"` // tokens at the end that the model does not read
	// Edges join the tokens of a graph, which are its nodes, by number; nil for a text.
	Edges    [][2]int `json:"edges,omitzero"`
	Selected []bool   `json:"selected,omitempty"`
	// Probability is each token's of being selected; nil when the model does not
	// tell.
	Probability []float32 `json:"probability,omitempty"`
	Class       string    `json:"class"`
	Predicted   string    `json:"predicted"`
}

// NewExample is an example with what a model says of it, given the names of
// classes. Its class is the caller's to name, where somebody knows it.
func NewExample(set examples.Set, i int, p measure.Prediction, classes []string) Example {
	words := set.Words(i)
	x := Example{ID: words.ID, Query: words.Query, Tokens: words.Tokens, Spaces: words.Spaces, Gold: words.Gold, Unread: words.Unread, Edges: words.Edges, Predicted: classes[p.Class]}
	if p.Selected != nil {
		x.Selected = set.Chosen(i, p.Selected)
	}
	if p.Probability != nil {
		x.Probability = set.Values(i, p.Probability)
	}
	return x
}

// Highlight shows the example under a title, and no selection yet.
func (x Example) Highlight(title string) plots.Highlight {
	return plots.Highlight{
		Title: title, Query: strings.Join(x.Query, " "),
		Tokens: x.Tokens, Spaces: x.Spaces, Gold: x.Gold, Unread: x.Unread, Edges: x.Edges,
	}
}

// writeRationales writes the first examples of the test split.
func (e *evaluation) writeRationales(predictions []measure.Prediction) error {
	return stages.WriteFile(filepath.Join(e.env.Out, RationalesFile), func(w io.Writer) error {
		out := json.NewEncoder(w)
		for i := range min(e.params.Texts, e.Test.Len()) {
			x := NewExample(e.Test, i, predictions[i], e.Shape.Classes)
			x.Class = e.Shape.Classes[e.Test.Class(i)]
			if err := out.Encode(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// Empty says that the arg-max mask chooses nothing, and how much sampled masks
// choose of what is read; empty for a text of which something is chosen, and of
// models that choose nothing ever.
func (x Example) Empty() string {
	if x.Selected == nil || slices.Contains(x.Selected, true) {
		return ""
	}
	const note = "nothing chosen by arg-max"
	read := x.Probability[:max(0, len(x.Probability)-x.Unread)]
	if len(read) == 0 {
		return note
	}
	sum := 0.0
	for _, p := range read {
		sum += float64(p)
	}
	return fmt.Sprintf("%s; sampled masks choose %.0f %%", note, 100*sum/float64(len(read)))
}

// check wants both classes, and as many marks as there are tokens, or none.
func (x Example) check() error {
	if x.Class == "" || x.Predicted == "" {
		return fmt.Errorf("class %q, predicted %q; expected the names of classes", x.Class, x.Predicted)
	}
	for _, marks := range [][]bool{x.Spaces, x.Gold, x.Selected} {
		if marks != nil && len(marks) != len(x.Tokens) {
			return fmt.Errorf("%d marks for %d tokens", len(marks), len(x.Tokens))
		}
	}
	if x.Probability != nil && len(x.Probability) != len(x.Tokens) {
		return fmt.Errorf("%d probabilities for %d tokens", len(x.Probability), len(x.Tokens))
	}
	if x.Unread < 0 || x.Unread > len(x.Tokens) {
		return fmt.Errorf("%d of %d tokens unread", x.Unread, len(x.Tokens))
	}
	for _, e := range x.Edges {
		if low, high := min(e[0], e[1]), max(e[0], e[1]); low < 0 || high >= len(x.Tokens) {
			return fmt.Errorf("an edge joins nodes %d and %d of a graph of %d", e[0], e[1], len(x.Tokens))
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
