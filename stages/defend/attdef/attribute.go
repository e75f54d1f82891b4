package attdef

import (
	"context"
	"fmt"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/defend/removal"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// attribute says how much the model's answer leans on each word of the documents.
func attribute(ctx context.Context, m *removal.Model, all []tokenize.Text) ([][]float64, error) {
	a, err := open(m)
	if err != nil {
		return nil, err
	}
	set := texts.Set(all)
	out := make([][]float64, len(all))
	for _, batch := range examples.Sorted(set, m.Batch) {
		pieces, err := a.ask(ctx, set, batch)
		if err != nil {
			return nil, err
		}
		for k, i := range batch {
			out[i] = ofWords(all[i], pieces[k])
		}
	}
	return out, nil
}

// attribution is the graph of a model's attribution in a session.
type attribution struct {
	*removal.Model
	session *runtime.Session
}

func open(m *removal.Model) (attribution, error) {
	g, err := rationalizer.NewAttribution(m.Result.Graphs.Config())
	if err != nil {
		return attribution{}, err
	}
	session, err := backend.Graph(m.Runtime, "the graph of the attribution", g, m.Fixed)
	return attribution{m, session}, err
}

// ask gives the attribution of each piece of a batch, padding included.
func (a attribution) ask(ctx context.Context, set texts.Set, batch []int) ([][]float32, error) {
	size := set.Size(batch)
	if fixed := a.Batching(a.Batch).Fixed; fixed > 0 {
		size.Positions = fixed
	}
	in, err := a.inputs(set, batch, size)
	if err != nil {
		return nil, err
	}
	out, err := a.session.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	t := out[rationalizer.OutAttribution]
	if !t.Finite() {
		return nil, fmt.Errorf("the attribution of some word %w: training diverged; defend a run that was trained with a lower learning_rate", rationalizer.ErrNotFinite)
	}
	rows, all := make([][]float32, len(batch)), tensor.Data[float32](t)
	for k := range rows {
		rows[k] = all[k*size.Positions:][:size.Positions]
	}
	return rows, nil
}

// inputs are the columns and parameters that the graph reads.
func (a attribution) inputs(set texts.Set, batch []int, size rationalizer.Size) (map[string]*tensor.Tensor, error) {
	in := map[string]*tensor.Tensor{}
	for _, info := range a.session.Inputs() {
		layout, isWeights := strings.CutSuffix(info.Name, rationalizer.ParamsPart)
		if isWeights {
			in[info.Name] = tensor.Vector(a.Weights[layout])
			continue
		}
		column, err := set.Column(info.Name, batch, size)
		if err != nil {
			return nil, err
		}
		in[info.Name] = column
	}
	return in, nil
}

// ofWords carries numbers of pieces to the words of the document.
func ofWords(t tokenize.Text, pieces []float32) []float64 {
	out := make([]float64, len(t.Tokens))
	for w, x := range t.WordValues(pieces) {
		out[w] = float64(x)
	}
	return out
}
