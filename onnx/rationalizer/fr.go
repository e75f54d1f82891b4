package rationalizer

import "slices"

// FR (Liu et al. 2022): RNP in which generator and predictor share one encoder.
//
// A2I's code has no LayerNorm in the predictor; FR's own code applies the
// generator's there too, before the maximum over the positions.
var fr = Method{
	Name: "FR",
	Doc:  "RNP with one encoder for generator and predictor (Liu et al. 2022)",
	Options: append(slices.Clone(selections),
		Option{Name: "predictor_norm", Flag: true, Doc: "the generator's LayerNorm in the predictor too, as in FR's own code"}),
	Players: func(c Config) Players {
		shared := c.encoder("gen")
		p := Players{
			Generator: &Generator{Team: modelTeam, Encoder: shared},
			Predictor: &Predictor{Team: modelTeam, Encoder: shared},
		}
		if c.Flags["predictor_norm"] {
			p.Predictor.Head = largest{norm: generatorNorm}
		}
		return p
	},
	Loss: cooperate,
}

var _ = register(attackable(fr), a2i(fr))
