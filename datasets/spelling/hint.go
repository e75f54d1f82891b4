package spelling

import "rationale/datasets/quote"

// Hint lists what exists and names the one that was probably meant.
func Hint(word string, known []string) string {
	if len(known) == 0 {
		return "there are none"
	}
	list := "there are " + quote.Names(known)
	if near := Nearest(word, known); near != "" {
		return "did you mean " + quote.Name(near) + "? " + list
	}
	return list
}
