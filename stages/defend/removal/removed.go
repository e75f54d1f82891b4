package removal

import (
	"fmt"
	"path/filepath"

	"rationale/stages"
	"rationale/stages/tokenize"
)

// File is the name of the output.
const File = "removed.json"

// Removed is removed.json: what a defence takes out of the test texts.
type Removed struct {
	Defence       string `json:"defence"`
	LanguageModel string `json:"language_model,omitempty"`
	// Threshold is nil when the first one tried costs too much already: then nothing
	// is taken out.
	Threshold *float64 `json:"threshold"`
	Closing
	// Texts are the development texts behind the threshold, and Accuracy the model's
	// on them before anything is taken out.
	Texts    int     `json:"dev_texts"`
	Accuracy float64 `json:"dev_accuracy"`
	Tried    []Trial `json:"tried"`

	Clean     *Taken `json:"clean"`
	Triggered *Taken `json:"triggered,omitempty"`
}

// Trial is a threshold that was tried on the development texts.
type Trial struct {
	Threshold float64 `json:"threshold"`
	Words     int     `json:"words"` // taken out
	Accuracy  float64 `json:"dev_accuracy"`
}

// Taken is what is taken out of the test texts of one side.
type Taken struct {
	Texts  []Text `json:"texts"` // all, in their order
	Counts Counts `json:"counts"`
	// Suspicious are the words that fall most often.
	Suspicious []Word `json:"suspicious"`
}

// Text is what is taken out of one.
type Text struct {
	ID    string `json:"id"`
	Words []int  `json:"words,omitempty"` // numbers of the document's words, from 0
}

// of is where a side's words go.
func (r *Removed) of(s *Side) **Taken {
	if s.Triggers != nil {
		return &r.Triggered
	}
	return &r.Clean
}

// Of is what is taken out of a side's texts: for each the words of the document
// that fall.
func (r *Removed) Of(s *Side) ([][]bool, error) {
	taken := *r.of(s)
	if taken == nil {
		return nil, fmt.Errorf("%s: the defence did not see the %s", r.Defence, s.Name)
	}
	if len(taken.Texts) != len(s.Texts) {
		return nil, fmt.Errorf("%s: the defence saw %d %s; there are %d", r.Defence, len(taken.Texts), s.Name, len(s.Texts))
	}
	out := make([][]bool, len(s.Texts))
	for i, t := range s.Texts {
		var err error
		if out[i], err = taken.Texts[i].marks(t); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", r.Defence, s.Name, err)
		}
	}
	return out, nil
}

// marks are the fallen words of the document.
func (x Text) marks(t tokenize.Text) ([]bool, error) {
	if x.ID != t.ID {
		return nil, fmt.Errorf("the defence saw text %s in the place of %s", x.ID, t.ID)
	}
	out := make([]bool, len(t.Tokens))
	for _, w := range x.Words {
		if w < 0 || w >= len(out) {
			return nil, fmt.Errorf("text %s: the defence took out word %d of %d", x.ID, w, len(out))
		}
		out[w] = true
	}
	return out, nil
}

// Read reads removed.json of a defence's artifact.
func Read(dir string) (r *Removed, err error) {
	path := filepath.Join(dir, File)
	r = &Removed{}
	if err := stages.ReadJSON(path, r); err != nil {
		return nil, err
	}
	defer stages.InFile(path, &err)
	if r.Clean == nil {
		return nil, fmt.Errorf("%s: nothing is said of the clean test texts", path)
	}
	return r, nil
}
