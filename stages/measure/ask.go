package measure

import (
	"context"

	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/examples"
)

// Ask makes a model outside of the graph, which then only selects, the predictor.
// given tells that it reads the set's column "given" too.
func (e *Evaluator) Ask(o *Outsider, given bool) { e.outside, e.given = o, given }

// ask has the graph select for the attacker, and the model outside read that, the
// whole text, and what is given.
func (e *Evaluator) ask(ctx context.Context, set examples.Set, batch []int, size rationalizer.Size, in map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	out, err := e.try(ctx, in)
	if err != nil {
		return nil, err
	}
	if out[rationalizer.OutLogits], err = e.outside.Logits(ctx, in, nil); err != nil || !e.given {
		return out, err
	}
	column, err := set.Column(rationalizer.InputGiven, batch, size)
	if err != nil {
		return nil, err
	}
	given := make([]bool, column.Len())
	for at, x := range tensor.Data[int64](column) {
		given[at] = x == 1
	}
	out[rationalizer.OutGivenLogits], err = e.outside.Logits(ctx, in, given)
	return out, err
}

// Try has the attacker with these weights select, with this noise, in texts given by
// their columns, and the model outside read the selection [B,T]: its logits [B,C].
func (e *Evaluator) Try(ctx context.Context, columns map[string]*tensor.Tensor, w Weights, noise *tensor.Tensor) (selected, logits *tensor.Tensor, err error) {
	in := map[string]*tensor.Tensor{rationalizer.AttackNoise: noise}
	for _, name := range e.columns {
		in[name] = columns[name]
	}
	e.give(in, w)
	out, err := e.try(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return out[rationalizer.OutAttack], out[rationalizer.OutAttackLogits], nil
}

// try is the attacker's selection and what the model outside reads in it.
func (e *Evaluator) try(ctx context.Context, in map[string]*tensor.Tensor) (out map[string]*tensor.Tensor, err error) {
	defer stages.InFile(e.session.Name(), &err)
	if out, err = e.session.Run(ctx, in); err != nil {
		return nil, err
	}
	selected, err := metric.Selected(tensor.Data[float32](out[rationalizer.OutAttack]))
	if err != nil {
		return nil, err
	}
	out[rationalizer.OutAttackLogits], err = e.outside.Logits(ctx, in, selected)
	return out, err
}
