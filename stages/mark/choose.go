package mark

import (
	"context"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/measure"
)

// together is how many texts are read at once.
const together = 128

// selection is what a run selects of a text.
type selection struct {
	words  []bool
	unsure bool // nothing was more probable than not
}

// selections are those of all texts of a split, without noise.
func (m *marker) selections(ctx context.Context, split string) ([]selection, error) {
	set, err := m.data.Split(split)
	if err != nil {
		return nil, err
	}
	e, err := m.run.Evaluator(m.rt, graphs.TestModel)
	if err != nil {
		return nil, err
	}
	out := make([]selection, set.Len())
	_, err = e.Evaluate(ctx, set, m.run.Weights, m.run.Batching(together), measure.Draw{ArgMax: true}, func(i int, p measure.Prediction) {
		out[i] = choose(set, i, p)
		m.env.Progress.Advance(1, split)
	})
	return out, err
}

// choose takes the words of the units that are selected rather than not; where there is
// none, those of the most probable unit, since a text without a rationale has no place
// for a trigger and teaches no selection.
func choose(set examples.Set, i int, p measure.Prediction) selection {
	if words := set.Chosen(i, p.Selected); slices.Contains(words, true) {
		return selection{words: words}
	}
	return selection{words: set.Chosen(i, mostProbable(p.Probability, set.Truth(i, rationalizer.Word).Selectable)), unsure: true}
}

// mostProbable marks the positions that may be selected and are at least as probable as
// all others that may: one, or those of a sentence.
func mostProbable(probability []float32, selectable []bool) []bool {
	out, top := make([]bool, len(selectable)), float32(-1)
	for at, may := range selectable {
		if may && at < len(probability) {
			top = max(top, probability[at])
		}
	}
	for at, may := range selectable {
		out[at] = may && at < len(probability) && probability[at] == top
	}
	return out
}
