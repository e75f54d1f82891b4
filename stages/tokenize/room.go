package tokenize

import "rationale/datasets"

// Room is how many words of a text's document a model that reads maxLength words gets
// to see behind the query and the separator. Reader.Room says the same of a dataset
// that is read word by word; pieces, of which a word may have many, are its alone.
func Room(t *datasets.Text, maxLength int) int {
	if len(t.Query) == 0 {
		return maxLength
	}
	return maxLength - min(len(t.Query), QueryLimit) - 1 // the separator
}
