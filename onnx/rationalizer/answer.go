package rationalizer

import (
	"fmt"
	"maps"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Views says what an evaluation graph answers beside the rationale and the
// class.
type Views struct {
	// Sampled draws the rationale with noise [U,B], the papers' way; zero
	// noise makes it the arg-max. Without Sampled it is the arg-max and the
	// graph needs no noise.
	Sampled  bool
	Attack   bool // the attacker's selection and the class it leads to
	FullText bool // the predictor on all words
	Gold     bool // the predictor on the annotated words (column gold)
	Reader   bool // the frozen classifier on the selection
	Given    bool // the predictor on positions that the caller gives (column given)
}

// Names of the evaluation graph's noises, [U,B], and outputs: selections and
// probabilities of positions [B,T], logits [B,C].
const (
	SelectNoise, AttackNoise                = "select/noise", "attack/noise"
	OutRationale, OutProbability, OutLogits = "rationale", "probability", "logits"
	OutAttack, OutAttackLogits              = "attack", "attack_logits"
	OutFullLogits, OutGoldLogits            = "full_text_logits", "gold_logits"
	OutReaderLogits                         = "r2f_logits"
	OutGivenLogits                          = "given_logits"
)

// answer is an evaluation graph under construction.
type answer struct {
	g       *graph.Graph
	c       Config
	views   Views
	x       *Batch
	layouts []nn.Layout
	params  map[string][]float32 // constants by layout; nil makes inputs
	teams   map[string]nn.Weights
}

// NewAnswer builds the evaluation graph of a configuration: the batch's columns
// (int64) in, rationale, probability and logits out, and what views asks for.
// With params (flat vectors by layout) the weights are constants of the model,
// named as in the checkpoint; without, they are inputs NAME.params.
func NewAnswer(c Config, views Views, params map[string][]float32) (*graph.Graph, error) {
	c, m, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	g := graph.New("evaluate")
	a := &answer{g: g, c: c, views: views, layouts: append(m.models(c), m.attackers(c)...), params: params, teams: map[string]nn.Weights{}}
	a.x = c.batch(g, a)
	a.say(m)
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", m.Name, err)
	}
	return g, nil
}

// say answers with what the model makes of the text and of what is chosen for it.
func (a *answer) say(m Method) {
	p := m.Players(a.c)
	switch {
	case p.Predictor == nil: // it lies outside
	case p.Generator == nil:
		a.logits(OutLogits, p.Predictor, nil)
	default:
		a.rationalize(m, p)
	}
	if a.views.Given && p.Predictor != nil {
		a.logits(OutGivenLogits, p.Predictor, a.x.shown(a.g, a.x.mask(InputGiven, timeDim)))
	}
	if f := m.attacker(a.c); a.views.Attack && f != nil {
		a.attack(f, p.Predictor)
	}
}

// attack answers with the attacker's selection, and with the class that the
// predictor reads in it.
func (a *answer) attack(f *Generator, predictor *Predictor) {
	shown := a.selection(OutAttack, a.choose(f, a.score("attacker", f), AttackNoise))
	if predictor != nil {
		a.logits(OutAttackLogits, predictor, shown)
	}
}

// rationalize answers with the model's rationale and the classes that views ask
// for.
func (a *answer) rationalize(m Method, p Players) {
	scores := a.score("generator", p.Generator)
	shown := a.selection(OutRationale, a.choose(p.Generator, scores, SelectNoise))
	a.probability(p.Generator.chooser().Probability(a.reading(a.g, p.Generator), scores))
	a.logits(OutLogits, p.Predictor, shown)
	if a.views.FullText {
		a.logits(OutFullLogits, p.Predictor, nil)
	}
	if a.views.Gold {
		a.logits(OutGoldLogits, p.Predictor, a.x.shown(a.g, a.x.mask(InputGold, timeDim)))
	}
	if a.views.Reader && m.Reader != "" {
		a.logits(OutReaderLogits, fullTextReader(a.c, ReaderLayout), shown)
	}
}

// column declares a column of the batch.
func (a *answer) column(name string, dtype tensor.DType, shape ...graph.Dim) *graph.Value {
	return a.g.Input(name, dtype, shape...)
}

func (a *answer) table() *graph.Value { return a.c.table(a.g) }

// weights are a team's parameters, as constants or as inputs.
func (a *answer) weights(team string) nn.Weights {
	if a.teams[team] != nil {
		return a.teams[team]
	}
	all := nn.Weights{}
	for _, l := range a.layouts {
		if inTeam(l, team) {
			maps.Copy(all, a.unpacked(l))
		}
	}
	if team == ReaderLayout {
		all = a.unpacked(nn.Layout{Name: team, Params: fullTextReader(a.c, team).params(a.c)})
	}
	a.teams[team] = all
	return all
}

func (a *answer) unpacked(l nn.Layout) nn.Weights {
	if a.params == nil {
		return l.Unpack(a.g, a.g.Input(l.Name+ParamsPart, a.c.dtype(), graph.N(l.Size())))
	}
	tensors, err := l.Tensors(a.params[l.Name])
	if err != nil {
		a.g.Fail("%v", err)
		return nil
	}
	w := nn.Weights{}
	for _, p := range l.Params {
		w[p.Name] = a.g.Const(l.Name+"."+p.Name, tensors[p.Name])
	}
	return w
}

// reading is what f_g's (or f_a's) parts are given, without dropout.
func (a *answer) reading(g *graph.Graph, f *Generator) Reading {
	return Reading{Graph: g, Weights: a.weights(f.Team), Batch: a.x, Keep: everything, Noise: nothing}
}

// score is what speaks for each unit, [U,B].
func (a *answer) score(scope string, f *Generator) *graph.Value {
	r := a.reading(a.g.Scope(scope), f)
	return f.score(r, func() []*graph.Value { return f.states(r) })
}

// choose is the selection of units that follows from their scores.
func (a *answer) choose(f *Generator, scores *graph.Value, noise string) *graph.Value {
	r := a.reading(a.g, f)
	if a.views.Sampled {
		r.Noise = func(_ string, shape ...graph.Dim) *graph.Value { return a.g.Input(noise, a.c.dtype(), shape...) }
	}
	return a.x.choose(a.g, f.chooser().Choose(r, scores))
}

// selection puts out the positions of selected units, and gives what they show.
func (a *answer) selection(name string, z *graph.Value) *graph.Value {
	at := a.x.positions(a.g, z)
	a.output(name, a.batchMajor(at))
	return a.x.shown(a.g, at)
}

// straight is what the generator's arg-max shows [T,B], with the gradient of its
// probabilities (straight-through), and these probabilities [U,B].
func (a *answer) straight(f *Generator) (shown, probability *graph.Value) {
	scores, r := a.score("generator", f), a.reading(a.g, f)
	probability = f.chooser().Probability(r, scores)
	z := nn.Through(a.g, f.chooser().Choose(r, scores), probability)
	return a.selection(OutRationale, a.x.choose(a.g, z)), probability
}

// probability puts out, and gives, at positions [T,B], how probable the selection of
// units [U,B] is.
func (a *answer) probability(units *graph.Value) *graph.Value {
	at := a.x.positions(a.g, a.g.Mul(units, a.x.Units))
	a.output(OutProbability, a.batchMajor(at))
	return at
}

// logits puts out, and gives, what the predictor says of what is shown.
func (a *answer) logits(name string, f *Predictor, shown *graph.Value) *graph.Value {
	logits := a.c.evaluate(f, a.g.Scope(name), a.weights(f.Team), a.x, shown)
	a.output(name, logits)
	return logits
}

func (a *answer) batchMajor(v *graph.Value) *graph.Value { return a.g.Transpose(v, 1, 0) }

func (a *answer) output(name string, v *graph.Value) { a.g.Output(name, v) }
