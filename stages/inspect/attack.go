package inspect

import (
	"rationale/stages/examples"
	"rationale/stages/train"
)

// Attack is the stage that trains the attacker: train's, on a probe's graphs. It
// has a name of its own, for what it makes is no model that anybody uses.
type Attack struct{ *train.Stage }

// NewAttack makes the stage; open opens its data.
func NewAttack(p train.Params, open examples.Open) *Attack { return &Attack{train.New(p, open)} }

// Name is "attack".
func (*Attack) Name() string { return "attack" }
