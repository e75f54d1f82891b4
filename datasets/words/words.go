// Package words finds the words of a text. The import of a dataset and whoever
// reads a text of a user's for a model of that dataset do it by the same [Rule],
// so that both find the same words.
package words

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rule is a way to find words.
type Rule string

// The rules.
const (
	Unicode   Rule = "unicode"   // runs of letters, digits and marks; every other character
	ASCII     Rule = "ascii"     // runs of a to z and digits, lower-cased; every other character
	Space     Rule = "space"     // what stands between white space
	Tokens    Rule = "tokens"    // what stands between single spaces, or a JSON list of strings
	Sentences Rule = "sentences" // what stands between single spaces, one sentence a line
	Claim     Rule = "claim"     // as Space, with punctuation and clitics apart
)

// about says what people have to know of a rule to write a text.
var about = map[Rule]string{
	Unicode:   "a word is a run of letters, digits and combining marks (Unicode's L, N and M), or one other character that is not white space",
	ASCII:     "the text is lower-cased; a word is a run of the letters a to z and digits, or one other character that is not white space",
	Space:     "words are parted by white space",
	Tokens:    "words are parted by spaces, punctuation too, as in the dataset; or a JSON list of strings",
	Sentences: "words are parted by spaces, punctuation too, as in the dataset; one sentence a line",
	Claim:     "words are parted by white space; other characters than letters, digits and marks at both ends of a word, and then one ending of n't 's 're 've 'll 'd 'm, become words of their own; || stays whole",
}

// About says in a sentence how the rule finds words; empty for no rule at all.
func (r Rule) About() string { return about[r] }

// Known tells whether there is such a rule.
func (r Rule) Known() bool { return about[r] != "" }

// Span is a range of bytes of a text, end exclusive.
type Span struct{ Start, End int }

// Found are the words of a text.
type Found struct {
	Words []string
	// Spans are where the words stand; nil when the text is a JSON list.
	Spans []Span
	// Ends are behind which words sentences end; nil without sentences.
	Ends []int32
}

// Find finds the words of a text as the import does. A text that no import takes
// is an error.
func (r Rule) Find(text string) (Found, error) {
	switch {
	case !r.Known():
		return Found{}, fmt.Errorf("there is no rule %q for finding words", string(r))
	case !utf8.ValidString(text):
		return Found{}, errors.New("the text is not valid UTF-8")
	case strings.ContainsRune(text, 0):
		return Found{}, errors.New("the text holds NUL bytes")
	}
	switch r {
	case Tokens:
		if list, ok := List(text); ok {
			if slices.Contains(list, "") {
				return Found{}, errors.New("the list holds an empty word")
			}
			return Found{Words: list}, nil
		}
		list, _ := Spaced(text, nil)
		return found(text, list), nil
	case Sentences:
		list, ends := Lines(text)
		f := found(text, list)
		f.Ends = ends
		return f, nil
	case Claim:
		return found(text, ClaimWords(text)), nil
	}
	spans := r.Spans(text)
	return Found{Words: Cut(text, spans, r.Fold), Spans: spans}, nil
}

// found says where words stand in the text that they were cut out of.
func found(text string, list []string) Found {
	f := Found{Words: list}
	at := 0
	for _, word := range list {
		at += strings.Index(text[at:], word)
		f.Spans = append(f.Spans, Span{at, at + len(word)})
		at += len(word)
	}
	return f
}

// Fold lower-cases where the rule knows small letters only. It does so letter by
// letter, which keeps character positions.
func (r Rule) Fold(text string) string {
	if r == ASCII {
		return strings.ToLower(text)
	}
	return text
}

// Spans finds the words of valid UTF-8 by one of the rules Unicode, ASCII and
// Space.
func (r Rule) Spans(text string) []Span {
	switch r {
	case Space:
		return spaceSpans(text)
	case ASCII:
		return scan(text, isASCIIWordRune)
	}
	return scan(text, isWordRune)
}

// Cut are the pieces of text that the spans mark, after fold.
func Cut(text string, spans []Span, fold func(string) string) []string {
	list := make([]string, len(spans))
	for i, s := range spans {
		list[i] = fold(text[s.Start:s.End])
	}
	return list
}

// Spaces says before which of the words that stand there white space stands; nil
// without words.
func Spaces(spans []Span) []bool {
	var spaces []bool
	end := 0
	for _, s := range spans {
		spaces, end = append(spaces, s.Start > end), s.End
	}
	return spaces
}

// Characters are places in characters, start and end, for spans in bytes that stand
// in the order of the text; nil for nil.
func Characters(text string, spans []Span) [][2]int {
	var out [][2]int
	at, count := 0, 0
	to := func(next int) int {
		count += utf8.RuneCountInString(text[at:next])
		at = next
		return count
	}
	for _, s := range spans {
		start := to(s.Start)
		out = append(out, [2]int{start, to(s.End)})
	}
	return out
}

// List reads a JSON list of strings; ok is false when the text is something else.
func List(text string) (list []string, ok bool) {
	ok = strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &list) == nil
	return list, ok
}

// Spaced splits a text that has been tokenised already, at single spaces, and
// drops what is empty. marks, which may be nil, go along with their words; they
// must not be fewer than the text has pieces.
func Spaced(text string, marks []bool) (list []string, kept []bool) {
	for i, piece := range strings.Split(text, " ") {
		word := strings.TrimFunc(piece, IsSpace)
		if word == "" {
			continue
		}
		list = append(list, word)
		if marks != nil {
			kept = append(kept, marks[i])
		}
	}
	return list, kept
}

// Lines reads one sentence a line, words parted by spaces, and tells behind which
// words sentences end. Empty lines and words do not count, as in the ERASER
// benchmark's own reader.
func Lines(text string) (list []string, ends []int32) {
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		words, _ := Spaced(line, nil)
		if len(words) == 0 {
			continue
		}
		list = append(list, words...)
		ends = append(ends, int32(len(list)))
	}
	return list, ends
}
