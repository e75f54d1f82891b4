// Package attdef is the stage of the test-time defence AttDef (Li et al. 2023) in
// its variant ALL: words that the model's answer leans on too heavily become
// unknown ones, or [MASK] where the model reads pieces. How heavily is gradient times
// embedding, see rationalizer.NewAttribution: 1 for the heaviest of a text. No
// discriminator says beforehand which texts are looked at; all are.
//
// Its output: removed.json, see package removal.
package attdef

import (
	"context"

	"rationale/stages"
	"rationale/stages/defend/removal"
)

// Stage defends one run.
type Stage struct{ params removal.Params }

// New makes the stage.
func New(p removal.Params) *Stage { return &Stage{p} }

// Name is "attdef".
func (*Stage) Name() string { return "attdef" }

// Version of the defence.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run attributes, chooses the threshold, and writes what falls.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	return removal.Run(ctx, env, s.params, removal.Defence{
		Name:       "AttDef",
		Score:      attribute,
		Thresholds: thresholds(),
		Falls:      func(attribution, threshold float64) bool { return attribution > threshold },
		Blank:      true,
	})
}

// thresholds are those of AttDef's code: 1.00 to 0.51 in steps of 0.01.
func thresholds() []float64 {
	var out []float64
	for percent := 100; percent > 50; percent-- {
		out = append(out, float64(percent)/100)
	}
	return out
}
