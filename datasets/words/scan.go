package words

import (
	"unicode"
	"unicode/utf8"
)

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// isASCIIWordRune takes a character as it is when lower-cased.
func isASCIIWordRune(r rune) bool {
	r = unicode.ToLower(r)
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}

// IsSpace is white space as Python's regular expressions see it: Unicode's, and
// the four separators below it.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// scan makes a word of every run of word characters and of every other character
// that is not white space.
func scan(text string, isWord func(rune) bool) []Span {
	var spans []Span
	inWord := false
	for i, r := range text {
		word := isWord(r)
		switch {
		case word && inWord:
			spans[len(spans)-1].End = i + utf8.RuneLen(r)
		case !IsSpace(r):
			spans = append(spans, Span{i, i + utf8.RuneLen(r)})
		}
		inWord = word
	}
	return spans
}

// spaceSpans makes a word of everything between white space.
func spaceSpans(text string) []Span {
	var spans []Span
	inside := false
	for i, r := range text {
		space := IsSpace(r)
		switch {
		case space:
		case inside:
			spans[len(spans)-1].End = i + utf8.RuneLen(r)
		default:
			spans = append(spans, Span{i, i + utf8.RuneLen(r)})
		}
		inside = !space
	}
	return spans
}
