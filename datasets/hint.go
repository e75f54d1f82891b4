package datasets

import (
	"maps"
	"slices"
	"strings"

	"rationale/datasets/quote"
)

// hint lists what exists and names the one that was probably meant.
func hint(word string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	list := "there are " + quote.Names(known)
	if near := nearest(word, known); near != "" {
		return "did you mean " + quote.Name(near) + "? " + list
	}
	return list
}

// nearest returns the known word with the fewest edits, or "" when none is near:
// more than half of the letters would have to change.
func nearest(word string, known []string) string {
	best, edits := "", (max(len(word), 2)+1)/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < edits {
			best, edits = k, d
		}
	}
	return best
}

// distance is Levenshtein's: insertions, deletions and replacements of bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// sortedKeys makes walks over maps come out the same each time.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
