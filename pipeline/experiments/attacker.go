package experiments

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/stages/train"
)

// attackerKeys are the settings of an attacker that the command line may change,
// beside the numbers of its loss.
var attackerKeys = []string{"epochs", "batch", "learning_rate"}

// AttackerKeys lists the settings of an attacker.
func AttackerKeys() []string {
	keys := slices.Clone(attackerKeys)
	for _, o := range rationalizer.ProbeOptions {
		keys = append(keys, o.Name)
	}
	slices.Sort(keys)
	return keys
}

// Attacker are the settings of an attacker: the target's, below those of the command
// line.
func (t Target) Attacker(set map[string]string) (train.Params, error) {
	p := t.Params
	if err := checkAttackerKeys(set); err != nil {
		return p, err
	}
	over, err := ParseSet(set)
	if err != nil {
		return p, err
	}
	all := t.layer()
	maps.Copy(all, over)
	options, rest, err := splitOptions(all)
	if err != nil {
		return p, err
	}
	s, err := decodeFields(rest)
	if err != nil {
		return p, err
	}
	scalars, err := rationalizer.Method{Options: rationalizer.ProbeOptions}.Complete(options)
	p.Epochs, p.Batch, p.Rate, p.Scalars = s.Epochs, s.Batch, s.Rate, scalars
	if err == nil {
		err = p.Check()
	}
	return p, err
}

// patience is how many times as many epochs an attacker has as the model had. One
// that meets a finished predictor needs longer than one that grew up beside it: on
// generated reviews it selects the same words everywhere for the first 20 or 30
// epochs, and leads the predictor astray only then.
const patience = 3

// layer is the target's own settings of an attacker.
func (t Target) layer() layer {
	all := layer{"epochs": int64(patience * t.Params.Epochs), "batch": int64(t.Params.Batch), "learning_rate": t.Params.Rate}
	for _, o := range rationalizer.ProbeOptions {
		all[o.Name] = o.Default
		for _, own := range []map[string]float64{t.Graphs.Constants, t.Params.Scalars} {
			if x, ok := own[o.Name]; ok {
				all[o.Name] = x
			}
		}
	}
	return all
}

func checkAttackerKeys(set map[string]string) error {
	keys := AttackerKeys()
	for _, key := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(keys, key) {
			return fmt.Errorf("an attacker has no setting %q; it has %s%s", key, strings.Join(keys, ", "), suggestion(key, keys))
		}
	}
	return nil
}
