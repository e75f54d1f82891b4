package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Players are the model's parts: f_g selects and f_p classifies from what is
// selected. A full-text classifier has no generator. Giving both the same
// encoder shares its parameters.
type Players struct {
	Generator *Generator
	Predictor *Predictor
}

// params are the players' parameters, shared ones once.
func (p Players) params(c Config) []nn.Param {
	var out []nn.Param
	if p.Generator != nil {
		out = p.Generator.params(c)
	}
	for _, q := range p.Predictor.params(c) {
		if !slices.ContainsFunc(out, func(have nn.Param) bool { return have.Name == q.Name }) {
			out = append(out, q)
		}
	}
	return out
}

// Generator is f_g, or the attacker f_a: an encoder reads the text, a scorer
// says what speaks for selecting each unit, a chooser makes a selection of it.
type Generator struct {
	Team    string // whose parameters they are
	Encoder Encoder
	Scorer  Scorer  // nil: RNP's, normedLinear
	Chooser Chooser // nil: RNP's, unitByUnit
}

func (f *Generator) scorer() Scorer {
	if f.Scorer == nil {
		return normedLinear{}
	}
	return f.Scorer
}

func (f *Generator) chooser() Chooser {
	if f.Chooser == nil {
		return unitByUnit{}
	}
	return f.Chooser
}

func (f *Generator) params(c Config) []nn.Param {
	return slices.Concat(Generating.params(f.Encoder), f.scorer().Params(c, c.unitWidth(f.Encoder)))
}

// states are what the units' scores are made from, in parts [U,B,·]. They see no
// noise but the encoder's own.
func (f *Generator) states(r Reading) []*graph.Value {
	r.Role = Generating
	return r.Batch.units(r.Graph, f.Encoder.States(r))
}

// score is what speaks for each unit, [U,B], by the states that are made of them.
func (f *Generator) score(r Reading, states func() []*graph.Value) *graph.Value {
	return f.scorer().Score(r, Units{r.Batch.c.unitWidth(f.Encoder), states})
}

// Predictor is f_p: an encoder reads what is shown of the text, and a head
// classifies from that.
type Predictor struct {
	Team    string // whose parameters they are
	Encoder Encoder
	Head    Head // nil: RNP's, largest
	// Group is that of the head's parameters; empty for the team's common one.
	Group string
}

func (f *Predictor) head() Head {
	if f.Head == nil {
		return largest{}
	}
	return f.Head
}

func (f *Predictor) params(c Config) []nn.Param {
	head := f.head().Params(c, f.Encoder)
	for i := range head {
		head[i].Group = f.Group
	}
	return slices.Concat(Predicting.params(f.Encoder), head)
}

// pool is what the encoder reads of what is shown, [B,·].
func (f *Predictor) pool(r Reading) *graph.Value {
	r.Role = Predicting
	return f.head().Pool(r, f.Encoder)
}
