package infer

import "regexp"

// wordPattern finds the words of a text as the generic formats do: runs of
// letters, digits and marks, and every other character that is not a space.
var wordPattern = regexp.MustCompile(`[\pL\pN\pM]+|[^\s\pZ\pL\pN\pM]`)

// Words are the words of a text; nil when it has none.
func Words(text string) []string { return wordPattern.FindAllString(text, -1) }
