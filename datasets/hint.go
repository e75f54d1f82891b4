package datasets

import (
	"maps"
	"slices"

	"rationale/datasets/quote"
	"rationale/datasets/spelling"
)

// hint lists what exists and names the one that was probably meant.
func hint(word string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	list := "there are " + quote.Names(known)
	if near := spelling.Nearest(word, known); near != "" {
		return "did you mean " + quote.Name(near) + "? " + list
	}
	return list
}

// sortedKeys makes walks over maps come out the same each time.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
