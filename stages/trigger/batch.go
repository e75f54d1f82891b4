package trigger

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// source is where texts for triggers come from.
type source struct {
	set     *datasets.Set
	reader  *tokenize.Reader
	trigger backdoor.Trigger // with any words: only their number matters
	slots   int              // words of it that are searched
	target  int
}

// placed are texts with room for a trigger.
type placed struct {
	without, with texts.Set
	at            []int64 // where the trigger begins, in pieces
}

// draw draws n texts of a split that are not of the target class, that people
// marked, and in which the trigger is read whole; all of them where there are fewer.
func (s source) draw(split string, n int, r *rand.Rand) (placed, error) {
	rows, err := s.set.Split(split)
	if err != nil {
		return placed{}, err
	}
	var out placed
	for _, i := range r.Perm(rows.Len()) {
		t, err := rows.Text(i)
		if err != nil {
			return out, err
		}
		if t.Label == s.target || !slices.Contains(t.Rationale, true) {
			continue
		}
		if err := s.place(t, &out); err != nil {
			return out, err
		}
		if len(out.with) == n {
			break
		}
	}
	if len(out.with) == 0 {
		return out, fmt.Errorf("dataset %s has no %s text of another class than %s that people marked and in which a trigger is read whole; a trigger is searched on such texts", s.set.Meta().Name, split, s.set.Meta().Classes[s.target])
	}
	return out, nil
}

// place adds a text, with the trigger in it, unless that is cut off.
func (s source) place(t datasets.Text, out *placed) error {
	in := s.trigger.Insert(&t, s.reader.Room(t.Query), true)
	if in.Cut {
		return nil
	}
	without, err := s.reader.Encode(t)
	if err != nil {
		return err
	}
	with, err := s.reader.Encode(in.Text)
	if err != nil {
		return err
	}
	first := slices.Index(with.Word, int32(with.Lead+in.From))
	if first < 0 {
		return fmt.Errorf("text %s: the trigger at word %d is not read", t.ID, in.From)
	}
	out.without, out.with = append(out.without, without), append(out.with, with)
	out.at = append(out.at, int64(first))
	return nil
}

// part is a part of a batch as inputs of the graphs, but for the trigger.
type part struct {
	inputs map[string]*tensor.Tensor
	at     [][]int64 // the trigger's slots in each text
}

// together is how many texts run together: they are of similar length, and what
// their gradients need stays small.
const together = 32

// parts are the batch in parts, for a graph with these inputs besides the trigger.
// Every text is as long as the longest of its part, or as fixed says.
func (p placed) parts(columns []string, slots, fixed int) ([]part, error) {
	var out []part
	for _, batch := range examples.Sorted(p.with, together) {
		size := p.with.Size(batch)
		size.Positions = max(size.Positions, fixed)
		next := part{inputs: map[string]*tensor.Tensor{}}
		for _, name := range columns {
			column, err := p.with.Column(name, batch, size)
			if err != nil {
				return nil, err
			}
			next.inputs[name] = column
		}
		for _, i := range batch {
			next.at = append(next.at, slotsFrom(p.at[i], slots))
		}
		next.inputs[rationalizer.InputSlots] = examples.Rows(slices.Concat(next.at...), slots)
		out = append(out, next)
	}
	return out, nil
}

func slotsFrom(first int64, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = first + int64(i)
	}
	return out
}

// showing are the inputs with a trigger's vectors.
func (p part) showing(trigger *tensor.Tensor) map[string]*tensor.Tensor {
	in := maps.Clone(p.inputs)
	in[rationalizer.InputTrigger] = trigger
	return in
}
