package assess

import (
	"context"

	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/runtime"
	"rationale/stages/defend/removal"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/measure"
)

// defended is one side's texts as the model reads them, after a defence if there is
// one.
type defended struct {
	*removal.Side
	fallen    [][]bool  // words that a defence takes out; nil without one
	read      texts.Set // what is left
	batching  measure.Batching
	evaluator *measure.Evaluator
}

func newDefended(side *removal.Side, removed *removal.Removed) (*defended, error) {
	d := &defended{Side: side, read: side.Texts}
	if removed == nil {
		return d, nil
	}
	var err error
	if d.fallen, err = removed.Of(side); err != nil {
		return nil, err
	}
	d.read = make(texts.Set, len(side.Texts))
	for i, t := range side.Texts {
		d.read[i] = removed.Apply(t, d.fallen[i])
	}
	return d, nil
}

// open opens the model for these texts.
func (d *defended) open(rt *runtime.Runtime, batch int) (err error) {
	d.batching = d.Batching(batch)
	d.evaluator, err = d.Evaluator(rt, graphs.DevModel)
	return err
}

// ask has the model answer for all texts.
func (d *defended) ask(ctx context.Context, draw measure.Draw) ([]measure.Prediction, error) {
	out := make([]measure.Prediction, len(d.read))
	_, err := d.evaluator.Evaluate(ctx, d.read, d.Weights, d.batching, draw, func(i int, p measure.Prediction) { out[i] = p })
	return out, err
}

// answers are the classes that the model gives, beside the true ones.
func (d *defended) answers(predictions []measure.Prediction) (predicted, labels []int) {
	for i, p := range predictions {
		predicted, labels = append(predicted, p.Class), append(labels, d.read.Class(i))
	}
	return predicted, labels
}

// gr compares selections with human rationales, over the units that the model reads
// without a defence. What a defence took out is not selected.
func (d *defended) gr(predictions []measure.Prediction) (metric.GRScores, error) {
	var gr metric.GR
	for i, p := range predictions {
		truth := d.Test.Truth(i, d.Result.Graphs.Unit)
		if truth.Gold == nil {
			continue
		}
		selected, gold := d.selected(i, p), truth.Gold
		if truth.Ends != nil {
			selected, gold = truth.Units(selected), truth.Units(gold)
		}
		if err := gr.Add(selected, gold, len(gold)); err != nil {
			return metric.GRScores{}, err
		}
	}
	return gr.Scores(), nil
}

// selected carries a selection to the pieces of the whole text.
func (d *defended) selected(i int, p measure.Prediction) []bool {
	whole := d.Texts[i]
	words := d.read[i].DocumentWords(p.Selected, len(whole.Tokens))
	for w := range words {
		words[w] = words[w] && (d.fallen == nil || !d.fallen[i][w])
	}
	return whole.DocumentPieces(words)
}

// triggersCut counts the triggers that the model never reads.
func (d *defended) triggersCut() int {
	n := 0
	for i, at := range d.Triggers {
		if at.Cut(d.Texts[i]) {
			n++
		}
	}
	return n
}
