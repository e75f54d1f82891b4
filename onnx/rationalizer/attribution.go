package rationalizer

import (
	"errors"
	"fmt"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// OutAttribution names the output of an attribution graph, [B,T].
const OutAttribution = "attribution"

// NewAttribution builds the graph that says how much a finished model's answer
// leans on each word, for the defence AttDef: gradient times embedding, through
// generator and predictor,
//
//	a_t = |Σ_d ∂s/∂e_td · e_td|,  attribution_t = a_t / max_t a_t,
//
// where s is the logit of the class that the model answers and e_t the word's
// vector. The mask is the arg-max, its gradient that of the selection's
// probability (straight-through). Words of a query, which nobody selects, have 0.
// Inputs are those of an evaluation graph without noise, weights among them;
// outputs are the attribution, the rationale [B,T] and the logits [B,C].
func NewAttribution(c Config) (*graph.Graph, error) {
	c, m, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	if c.ownTables() {
		return nil, errors.New("rationalizer: an attribution is of the one vector that all encoders have of a word, and with train_tables each has its own")
	}
	g := graph.New("attribute")
	a := &answer{g: g, c: c, layouts: m.models(c), teams: map[string]nn.Weights{}}
	words := c.batch(g, a)
	e := words.vectors(g)
	a.x = words.withWords(g, e)
	if err := a.attribute(e, m.Players(c)); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", m.Name, err)
	}
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", m.Name, err)
	}
	return g, nil
}

// attribute answers with what the logits lean on among word vectors e [T,B,E], which
// generator and predictor read.
func (a *answer) attribute(e *graph.Value, p Players) error {
	var shown *graph.Value
	if p.Generator != nil {
		shown, _ = a.straight(p.Generator)
	}
	logits := a.logits(OutLogits, p.Predictor, shown)
	said := nn.One(a.g, a.g.ReduceSum(a.g.ReduceMax(logits, false, 1), false))
	gradients, err := grad.Of(a.g, said, []*graph.Value{e})
	if err != nil {
		return err
	}
	g := a.g.Scope("attribution")
	leans := g.Mul(g.Abs(g.ReduceSum(g.Mul(gradients[0], e), false, 2)), a.x.selectable)
	most := g.ReduceMax(leans, true, 0)
	a.output(OutAttribution, a.batchMajor(g.Div(leans, g.Max(most, g.Like(most, nothingLeans)))))
	return nil
}

// nothingLeans stands for the largest attribution of a text in which all are 0.
const nothingLeans = 1e-30
