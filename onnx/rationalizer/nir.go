package rationalizer

import (
	"slices"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// NIR (Storek et al. 2023) on RNP, as in A2I's comparison: in training, and there
// alone, the predictor reads each selected word x_t as
//
//	z_t · (r_t ? Emb(w̃_t) : Emb(x_t)),  r_t ~ Bernoulli(p_t),
//
// so that it cannot rely on words that tell little, which the law of p_t and w̃_t
// replaces by one another. The gradient reaches z_t through the vector that was
// read. The generator, and an attacker, see the words as they are.
//
// The noise is part of how f_p learns from f_g's selection. What an attacker
// selects f_p reads without it: the attack is on the predictor as it will be used,
// and so is A2I's instruction.
//
// In NIR's own code the first word becomes the rationale where nothing is
// selected; in RNP's form nothing is, unless first_unit says so.
var nir = Method{
	Name: "NIR",
	Doc:  "RNP with noise injected: some words that the predictor reads in training are replaced (Storek et al. 2023)",
	Options: append(slices.Clone(selections),
		Option{Name: noiseShare, Share: true, Default: .1, Doc: "average share of words that are replaced for the predictor in training"},
		Option{Name: firstUnit, Flag: true, Doc: "a text of which nothing is selected shows its first word or sentence, as in NIR's own code"}),
	Players: func(c Config) Players {
		p := rnp.Players(c)
		if c.Flags[firstUnit] {
			p.Generator.Chooser = neverNothing{}
		}
		return p
	},
	Loss: func(s *Step, x *Batch, further ...View) (loss *graph.Value, logits []*graph.Value) {
		z := s.Select(s.players.Generator, "generator", x)
		noisy := x.reworded(s.Replaced("replaced_ids", "replaced words", noiseShare))
		seen := s.Predict(s.players.Predictor, noisy, View{"predictor", z.Shown})
		if len(further) > 0 {
			logits = s.Predict(s.players.Predictor, x, further...)
		}
		return s.rationalize(x, z, seen[0]), logits
	},
}

var _ = register(attackable(nir), a2i(nir))

// The names of the number that says how many words are replaced, and of the flag
// for texts of which nothing is selected.
const noiseShare, firstUnit = "noise", "first_unit"

// neverNothing selects each unit for itself, and the first of a text of which that
// selects none.
type neverNothing struct{ unitByUnit }

func (f neverNothing) Draw(r Reading, scores *graph.Value) *graph.Value {
	return orFirst(r, f.unitByUnit.Draw(r, scores))
}

func (f neverNothing) Choose(r Reading, scores *graph.Value) *graph.Value {
	return orFirst(r, f.unitByUnit.Choose(r, scores))
}

// orFirst adds to a selection z [U,B] the first unit of each text of which it has
// none. The gradient is z's.
func orFirst(r Reading, z *graph.Value) *graph.Value {
	units := r.Batch.Units
	some := grad.Stop(r.Graph, r.ReduceMax(r.Mul(z, units), true, 0)) // [1,B]
	one := r.Expand(r.Ints(1), units.Shape[1])
	first := r.Mul(nn.Largest(r.Graph, units, one), units)
	return r.Add(z, r.Mul(first, r.Sub(r.Like(some, 1), some)))
}
