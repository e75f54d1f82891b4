package adversarial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets/backdoor"
	"rationale/stages"
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
	found, err := readFound(dir)
	if err != nil {
		return nil, err
	}
	return triggersOf(found.others(), found.Level, found.Position, p.Seed), nil
}

func triggersOf(words [][]string, level backdoor.Level, position backdoor.Position, seed uint64) []backdoor.Trigger {
	var out []backdoor.Trigger
	for _, w := range words {
		out = append(out, backdoor.Trigger{Words: w, Level: level, Position: position, Seed: seed})
	}
	return out
}

// found is what a search's trigger.json has for us, best trigger first.
type found struct {
	Level    backdoor.Level
	Position backdoor.Position
	Triggers []struct{ Words []string }
}

func readFound(dir string) (f found, err error) {
	path := filepath.Join(dir, "trigger.json")
	defer stages.InFile(path, &err)
	data, err := os.ReadFile(path)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if others := f.others(); len(others) == 0 {
		return f, fmt.Errorf("%s holds %d triggers; expected the attacker's and at least one more: search with more restarts", path, len(f.Triggers))
	}
	return f, f.check(path)
}

func (f found) check(path string) error {
	for _, err := range []error{f.Level.Check(), f.Position.Check(), checkWords(f.others())} {
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// others are all triggers but the best.
func (f found) others() [][]string {
	var out [][]string
	for i, t := range f.Triggers {
		if i > 0 {
			out = append(out, t.Words)
		}
	}
	return out
}
