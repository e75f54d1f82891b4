package inspect

import (
	"math/rand/v2"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// shown is a set whose column "given" shows the positions of masks; a nil mask
// shows none.
type shown struct {
	examples.Set
	masks [][]bool
}

// Column gives the masks, and the set's own columns.
func (s shown) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	if name != rationalizer.InputGiven {
		return s.Set.Column(name, batch, size)
	}
	all := make([]int64, len(batch)*size.Positions)
	for row, k := range batch {
		for at, given := range s.masks[k] {
			if given {
				all[row*size.Positions+at] = 1
			}
		}
	}
	return examples.Rows(all, size.Positions), nil
}

// randomWords selects in each text as many units as the attacker does, at random.
func (i *inspection) randomWords(unit rationalizer.Unit) [][]bool {
	masks := make([][]bool, i.Test.Len())
	for k, p := range i.attacked {
		units := unitsOf(i.Test.Truth(k, unit))
		r := nn.Stream(i.params.Seed, "inspect/random words", uint64(k))
		masks[k] = sample(r, units, chosenUnits(units, p.Attack), len(p.Attack))
	}
	return masks
}

// unitsOf lists the positions of each unit that may be selected.
func unitsOf(t examples.Truth) [][]int {
	var out [][]int
	if t.Ends == nil {
		for at, selectable := range t.Selectable {
			if selectable {
				out = append(out, []int{at})
			}
		}
		return out
	}
	at := 0
	for _, end := range t.Ends {
		var unit []int
		for ; at < int(end); at++ {
			if t.Selectable[at] {
				unit = append(unit, at)
			}
		}
		out = append(out, unit)
	}
	return out
}

// chosenUnits counts the units of which a position is chosen.
func chosenUnits(units [][]int, chosen []bool) int {
	n := 0
	for _, unit := range units {
		if len(unit) > 0 && chosen[unit[0]] {
			n++
		}
	}
	return n
}

// sample marks the positions of n of the units, all equally likely, in a text of
// so many positions.
func sample(r *rand.Rand, units [][]int, n, positions int) []bool {
	mask := make([]bool, positions)
	for _, u := range r.Perm(len(units))[:n] {
		for _, at := range units[u] {
			mask[at] = true
		}
	}
	return mask
}

// unmarkedWords are the attacker's words without those that people marked, in the
// texts where somebody did mark words.
func (i *inspection) unmarkedWords() [][]bool {
	masks := make([][]bool, i.Test.Len())
	for k, p := range i.attacked {
		if !i.annotated(k) {
			continue
		}
		gold := i.truth(k).Gold
		masks[k] = make([]bool, len(p.Attack))
		for at, chosen := range p.Attack {
			masks[k][at] = chosen && !(at < len(gold) && gold[at])
		}
	}
	return masks
}
