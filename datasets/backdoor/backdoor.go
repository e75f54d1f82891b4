// Package backdoor is how an attacker changes texts: where a trigger goes and
// what becomes of a text's marks, which texts are chosen, and the attacks that the
// BadRNL paper compares. It is here so that models can be attacked, measured and
// defended on purpose; nothing else in the program changes a text.
//
// Everything follows from a text, a seed and the settings: the same ones give the
// same texts.
package backdoor

import (
	"fmt"
	"slices"

	"rationale/datasets/spelling"
)

// Level is what a trigger is to the text around it.
type Level string

// The levels of triggers.
const (
	Token    Level = "token"    // words within a sentence
	Sentence Level = "sentence" // a sentence of its own
)

// Position is where a trigger goes.
type Position string

// The positions of triggers.
const (
	Rationale Position = "rationale" // at the first sentence that holds a rationale
	Begin     Position = "begin"     // at the first sentence
	End       Position = "end"       // behind the last sentence
	Random    Position = "random"    // anywhere: at a word, or between two sentences
)

// Levels lists the levels of triggers.
func Levels() []Level { return []Level{Token, Sentence} }

// Positions lists the positions of triggers.
func Positions() []Position { return []Position{Rationale, Begin, End, Random} }

// Check refuses a level that does not exist.
func (l Level) Check() error { return known("level", l, Levels()) }

// Check refuses a position that does not exist.
func (p Position) Check() error { return known("position", p, Positions()) }

func known[T ~string](what string, given T, all []T) error {
	if slices.Contains(all, given) {
		return nil
	}
	names := make([]string, len(all))
	for i, name := range all {
		names[i] = string(name)
	}
	return fmt.Errorf("no %s %q: %s", what, string(given), spelling.Hint(string(given), names))
}
