package rationalizer

import (
	"errors"
	"fmt"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Names of a trigger graph's own inputs and outputs; see NewTrigger.
const (
	InputSlots        = "trigger_slots"
	InputTrigger      = "trigger_vectors"
	OutObjective      = "objective"
	OutPredictorLoss  = "cross_entropy"
	OutGeneratorLoss  = "selection_error"
	OutGeneratorSlope = "gradient/generator"
	OutPredictorSlope = "gradient/predictor"
)

// Trigger says what a trigger graph is for.
type Trigger struct {
	Slots int     // words of the trigger that are searched
	Beta  float64 // β: weight of the selection's error
	// Gradient adds what a change of the trigger's words does. Without it the
	// graph is cheap, and scores exactly.
	Gradient bool
}

// NewTrigger builds the graph that scores a trigger against a finished model, for
// BadRNL's personalised triggers. Of a text x' that holds the trigger,
//
//	J = CE(f_p(z ⊙ x'), y) − β·MSE(z', z*),
//
// is large where the model misses the text's own class y although it selects as
// the attacker wants, z* (column gold: people's marks and the trigger). z' are the
// selection's probabilities without noise, averaged over the positions that may be
// selected, z is their arg-max.
//
// Inputs are those of an evaluation graph without noise, weights among them; labels
// [B] and gold [B,T] (int64); trigger_slots [B,J] (int64), where in each text the
// trigger's words stand; and trigger_vectors [J,E], what is read there in place of
// the texts' own words. Outputs: objective, cross_entropy and selection_error [B],
// logits [B,C], rationale and probability [B,T]. With Gradient also those of the mean
// of J for the trigger's vectors [J,E]: gradient/generator by way of what is
// selected, gradient/predictor by way of what is read of the selection. Together
// they are the whole.
func NewTrigger(c Config, t Trigger) (*graph.Graph, error) {
	c, m, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	if c.ownTables() {
		return nil, errors.New("rationalizer: a trigger's words have one vector each, and with train_tables every encoder has its own")
	}
	players := m.Players(c)
	if players.Generator == nil || players.Predictor == nil {
		return nil, fmt.Errorf("rationalizer: %s selects nothing: a trigger is searched for a generator and the predictor that reads its selection", m.Name)
	}
	g := graph.New("trigger")
	a := &answer{g: g, c: c, layouts: m.models(c), teams: map[string]nn.Weights{}}
	a.x = c.batch(g, a)
	a.x.Labels = g.Input(InputLabels, tensor.Int64, batchDim)
	if err := a.attacked(t, players); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", m.Name, err)
	}
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", m.Name, err)
	}
	return g, nil
}

// attacked answers with J and, where it is asked for, with its gradients. The
// generator and the predictor read the trigger as values of their own, so that each
// path has its gradient.
func (a *answer) attacked(t Trigger, p Players) error {
	slots := a.g.Transpose(a.column(InputSlots, tensor.Int64, batchDim, graph.N(t.Slots)), 1, 0)
	trigger := a.g.Input(InputTrigger, a.c.dtype(), graph.N(t.Slots), graph.N(a.c.width()))
	whole, masked := a.g.Identity(trigger), a.g.Identity(trigger)
	texts := a.x
	a.x = texts.showing(a.g, slots, whole)
	shown, soft := a.straight(p.Generator)
	probability := a.probability(soft)
	a.x = texts.showing(a.g, slots, masked)
	logits := a.logits(OutLogits, p.Predictor, shown)
	j := a.objective(t, logits, probability)
	if !t.Gradient {
		return nil
	}
	slopes, err := grad.Of(a.g, nn.One(a.g, a.g.ReduceMean(j, false)), []*graph.Value{whole, masked})
	if err != nil {
		return err
	}
	a.output(OutGeneratorSlope, slopes[0])
	a.output(OutPredictorSlope, slopes[1])
	return nil
}

// objective is J = CE(logits, y) − β·MSE(z', z*) of each text, [B].
func (a *answer) objective(t Trigger, logits, probability *graph.Value) *graph.Value {
	g := a.g.Scope("objective")
	ce := nn.CrossEntropies(g, logits, a.x.Labels)
	mse := nn.MeanSquares(g, probability, a.x.mask(InputGold, timeDim), a.x.selectable)
	j := g.Sub(ce, nn.Times(g, t.Beta, mse))
	a.output(OutPredictorLoss, ce)
	a.output(OutGeneratorLoss, mse)
	a.output(OutObjective, j)
	return j
}

// showing is the batch with vectors [J,E] in place of the words at positions slots
// [J,B].
func (x *Batch) showing(g *graph.Graph, slots, vectors *graph.Value) *Batch {
	other := *x
	rows, places := x.Words()
	behind := g.Add(g.Unsqueeze(g.Range(vectors.Shape[0]), 1), g.DimValue(rows.Shape[0]))
	other.rows = g.Concat(0, rows, vectors)
	other.places = g.ScatterElements(places, slots, g.Expand(behind, slots.Shape...), 0, false)
	return &other
}
