package formats

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a range of byte offsets, end exclusive.
type span struct{ start, end int }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// A splitter finds the tokens of a text.
type splitter func(text string) []span

// splitters are the ways to find tokens that the option "words" offers.
var splitters = map[string]splitter{
	"unicode": func(text string) []span { return scan(text, isWordRune) },
	"ascii":   func(text string) []span { return scan(text, isASCIIWordRune) },
	"space":   spaceSpans,
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

func isASCIIWordRune(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

// isSpace is white space as Python's regular expressions see it: Unicode's, and
// the four separators below it.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// scan makes a token of every run of word characters and of every other
// character that is not white space.
func scan(text string, isWord func(rune) bool) []span {
	var spans []span
	inWord := false
	for i, r := range text {
		word := isWord(r)
		switch {
		case word && inWord:
			spans[len(spans)-1].end = i + utf8.RuneLen(r)
		case !isSpace(r):
			spans = append(spans, span{i, i + utf8.RuneLen(r)})
		}
		inWord = word
	}
	return spans
}

// spaceSpans makes a token of everything between white space.
func spaceSpans(text string) []span {
	var spans []span
	inside := false
	for i, r := range text {
		space := isSpace(r)
		switch {
		case space:
		case inside:
			spans[len(spans)-1].end = i + utf8.RuneLen(r)
		default:
			spans = append(spans, span{i, i + utf8.RuneLen(r)})
		}
		inside = !space
	}
	return spans
}

// cut returns the pieces of text that the spans mark.
func cut(text string, spans []span) []string {
	tokens := make([]string, len(spans))
	for i, s := range spans {
		tokens[i] = text[s.start:s.end]
	}
	return tokens
}

// marks says which tokens overlap one of the gold ranges.
func marks(tokens, gold []span) []bool {
	marked := make([]bool, len(tokens))
	for i, t := range tokens {
		for _, g := range gold {
			marked[i] = marked[i] || t.overlaps(g)
		}
	}
	return marked
}

// firstOccurrence is the range of part in text; ok is false when it is empty or
// not there.
func firstOccurrence(text, part string) (span, bool) {
	at := strings.Index(text, part)
	return span{at, at + len(part)}, at >= 0 && part != ""
}

// spaced splits a text that has been tokenised already, at single spaces, and
// drops what is empty. rationale, which may be nil, goes along with its tokens;
// it must not be shorter than the text has pieces.
func spaced(text string, rationale []bool) (tokens []string, kept []bool) {
	for i, piece := range strings.Split(text, " ") {
		token := strings.TrimFunc(piece, isSpace)
		if token == "" {
			continue
		}
		tokens = append(tokens, token)
		if rationale != nil {
			kept = append(kept, rationale[i])
		}
	}
	return tokens, kept
}

// clitics are the endings that tokenised English keeps apart.
var clitics = []string{"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"}

// claimTokens splits a claim or question the way that the documents it is about
// were tokenised: punctuation stands alone, clitics too.
func claimTokens(text string) []string {
	var tokens []string
	for _, piece := range strings.FieldsFunc(text, isSpace) {
		if piece == "||" { // stands between question and answer
			tokens = append(tokens, piece)
			continue
		}
		tokens = append(tokens, splitClaimWord(piece)...)
	}
	return tokens
}

// splitClaimWord takes punctuation off both ends, then one clitic.
func splitClaimWord(word string) []string {
	from := strings.IndexFunc(word, isWordRune)
	if from < 0 || hasClitic(word) == word {
		return cutPunctuation(word)
	}
	to := strings.LastIndexFunc(word, isWordRune)
	_, size := utf8.DecodeRuneInString(word[to:])
	core := word[from : to+size]
	tokens := cutPunctuation(word[:from])
	if ending := hasClitic(core); ending != "" && ending != core {
		tokens = append(tokens, core[:len(core)-len(ending)], ending)
	} else {
		tokens = append(tokens, core)
	}
	return append(tokens, cutPunctuation(word[to+size:])...)
}

// cutPunctuation makes a token of every character, but leaves a clitic whole.
func cutPunctuation(text string) []string {
	if hasClitic(text) == text && text != "" {
		return []string{text}
	}
	return cut(text, scan(text, isWordRune))
}

// hasClitic returns the clitic at the end of the word as it is written there.
func hasClitic(word string) string {
	for _, c := range clitics {
		if len(word) >= len(c) && strings.EqualFold(word[len(word)-len(c):], c) {
			return word[len(word)-len(c):]
		}
	}
	return ""
}

// splitList reads a comma-separated option; nil when it is empty.
func splitList(text string) []string {
	if text == "" {
		return nil
	}
	var list []string
	for _, item := range strings.Split(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}
