package removal

import (
	"slices"

	"rationale/stages"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Closing is what becomes of the places of words that have fallen.
type Closing struct {
	Blank bool `json:"blank,omitempty"` // a gap stands there; else the text closes up
	// Gap is its id, see tokenize.Reader. A text of which nothing would be left keeps
	// one.
	Gap int32 `json:"gap,omitempty"`
}

// closing is that of a defence of the run.
func (d Defence) closing(env *stages.Env, p Params) (Closing, error) {
	c := Closing{Blank: d.Blank}
	if !p.Pieces {
		return c, nil
	}
	reader, err := tokenize.OpenReader(env.Inputs[train.DataRole])
	if err == nil {
		c.Gap = reader.Gap()
	}
	return c, err
}

// Apply is a text as the model reads it when words have fallen.
func (c Closing) Apply(t tokenize.Text, fallen []bool) tokenize.Text {
	switch {
	case !slices.Contains(fallen, true):
		return t
	case c.Blank:
		return t.Blanked(fallen, c.Gap)
	}
	return t.Without(fallen, c.Gap)
}
