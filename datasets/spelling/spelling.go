// Package spelling guesses which word somebody meant.
package spelling

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the known word with the fewest edits, or "" when none is near:
// more than half of the letters would have to change. Case does not count.
func Nearest(word string, known []string) string {
	best, edits := "", (max(len(word), 2)+1)/2+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k)); d < edits {
			best, edits = k, d
		}
	}
	return best
}
