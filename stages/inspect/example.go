package inspect

import "rationale/stages/evaluate"

// Example is a text that the attacker turned: what the model selects and answers,
// and what the attacker selects and its words lead to.
type Example struct {
	evaluate.Example
	Attack   []bool `json:"attack"`   // per token
	Attacked string `json:"attacked"` // the class read in the attacker's words
}

// examples are the first turned texts of each true class that the model itself
// gets right.
func (i *inspection) examples() []Example {
	out := []Example{}
	left := make([]int, len(i.Shape.Classes))
	for c := range left {
		left[c] = i.params.Examples
	}
	for k, p := range i.attacked {
		y := i.Test.Class(k)
		if left[y] == 0 || p.Class != y || p.Attacked != p.Aimed {
			continue
		}
		left[y]--
		x := evaluate.NewExample(i.Test, k, p, i.Shape.Classes)
		x.Class = i.Shape.Classes[y]
		out = append(out, Example{x, i.Test.Chosen(k, p.Attack), i.Shape.Classes[p.Attacked]})
	}
	return out
}
