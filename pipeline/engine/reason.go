package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	neverRun   = "never run"
	maxChanges = 3  // differences told in one reason
	maxValue   = 40 // characters of a parameter's value told in a reason
)

// reason says why a step without an artifact has to run: how it differs from
// the most similar earlier artifact of the same stage and label, the first in
// the order of names among equals.
func reason(step *Step, earlier []Manifest) string {
	var nearest []string
	for _, m := range earlier {
		if m.Stage != step.Recipe.Stage || m.Label != step.Label {
			continue
		}
		changes := differences(m.Recipe, step.Recipe)
		if nearest == nil || len(changes) < len(nearest) {
			nearest = changes
		}
	}
	if len(nearest) == 0 {
		return neverRun
	}
	if more := len(nearest) - maxChanges; more > 0 {
		nearest = append(nearest[:maxChanges:maxChanges], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(nearest, "; ")
}

// differences lists in words what changed between two recipes of one stage.
func differences(old, now Recipe) []string {
	var changes []string
	if old.Version != now.Version {
		changes = append(changes, fmt.Sprintf("stage version %d → %d", old.Version, now.Version))
	}
	changes = append(changes, paramChanges(old.Params, now.Params)...)
	return append(changes, inputChanges(old.Inputs, now.Inputs)...)
}

func paramChanges(old, now json.RawMessage) []string {
	before, after := flatten(old), flatten(now)
	var changes []string
	for _, name := range unionOfKeys(before, after) {
		was, hadIt := before[name]
		is, hasIt := after[name]
		switch {
		case !hadIt:
			changes = append(changes, fmt.Sprintf("parameter %s added: %s", name, shorten(is)))
		case !hasIt:
			changes = append(changes, fmt.Sprintf("parameter %s removed: was %s", name, shorten(was)))
		case was != is:
			changes = append(changes, fmt.Sprintf("parameter %s changed: %s → %s", name, shorten(was), shorten(is)))
		}
	}
	return changes
}

func inputChanges(old, now map[string]Source) []string {
	var changes []string
	for _, role := range unionOfKeys(old, now) {
		was, hadIt := old[role]
		is, hasIt := now[role]
		switch {
		case !hadIt:
			changes = append(changes, fmt.Sprintf("input %s added", role))
		case !hasIt:
			changes = append(changes, fmt.Sprintf("input %s removed", role))
		case was != is:
			changes = append(changes, fmt.Sprintf("input %s changed", role))
		}
	}
	return changes
}

// flatten turns nested parameters into "optimizer.lr" → "0.001". Lists count
// as one value.
func flatten(params json.RawMessage) map[string]string {
	flat := map[string]string{}
	tree, err := decodeTree(params)
	if err != nil {
		return flat // a manifest of ours always decodes; a reason is best effort
	}
	flattenInto(flat, "", tree)
	return flat
}

func flattenInto(flat map[string]string, path string, tree any) {
	if object, ok := tree.(map[string]any); ok && (len(object) > 0 || path == "") {
		for name, value := range object {
			flattenInto(flat, joinPath(path, name), value)
		}
		return
	}
	text, err := canonicalJSON(tree)
	if err == nil {
		flat[path] = string(text)
	}
}

func unionOfKeys[V any](a, b map[string]V) []string {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func shorten(value string) string {
	if r := []rune(value); len(r) > maxValue {
		return string(r[:maxValue-1]) + "…"
	}
	return value
}
