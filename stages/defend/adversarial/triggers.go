package adversarial

import (
	"fmt"
	"path/filepath"

	"rationale/datasets/backdoor"
	"rationale/stages"
	"rationale/stages/trigger"
)

// triggers are those that are inserted: the given ones, or all that a search found but
// the best, which is taken to be the attacker's own.
func (s *Stage) triggers(env *stages.Env) ([]backdoor.Trigger, error) {
	p := s.params
	if len(p.Triggers) > 0 {
		return triggersOf(p.Triggers, p.Level, p.Position, p.Seed), nil
	}
	dir, searched := env.Inputs[TriggerRole]
	if !searched {
		return nil, fmt.Errorf("no trigger to insert: give triggers, or the result of a search as %s", TriggerRole)
	}
	found, err := trigger.Read(dir)
	if err != nil {
		return nil, err
	}
	others := found.Others()
	if len(others) == 0 {
		return nil, fmt.Errorf("%s: one trigger; expected the attacker's and at least one more: search with more restarts", filepath.Join(dir, trigger.FoundFile))
	}
	return triggersOf(others, found.Level, found.Position, p.Seed), nil
}

func triggersOf(words [][]string, level backdoor.Level, position backdoor.Position, seed uint64) []backdoor.Trigger {
	var out []backdoor.Trigger
	for _, w := range words {
		out = append(out, backdoor.Trigger{Words: w, Level: level, Position: position, Seed: seed})
	}
	return out
}
