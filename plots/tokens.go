package plots

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spaced tells for every token whether a space stands before it when the
// tokens are set as running text: none before closing punctuation, none after
// opening brackets, none inside contractions and decimal numbers. Straight
// quotation marks open and close by turns.
func spaced(tokens []string) []bool {
	out := make([]bool, len(tokens))
	open := map[string]bool{} // quotation marks that wait for their partner
	glue := true              // the next token follows without a space
	for i := range tokens {
		out[i] = !glue && !closes(tokens, i, open)
		glue = opens(tokens, i, open)
	}
	return out
}

// closes reports whether token i stays at the end of the token before it.
func closes(tokens []string, i int, open map[string]bool) bool {
	token := tokens[i]
	switch {
	case isQuote(token):
		return open[token] || isApostrophe(tokens, i)
	case token == "%":
		return endsInDigit(tokens[i-1])
	case isContraction(token):
		return true
	default:
		return token != "" && strings.Trim(token, ".,;:!?)]}…”’") == ""
	}
}

// opens reports whether the token after token i stays at its end. It keeps
// count of quotation marks.
func opens(tokens []string, i int, open map[string]bool) bool {
	token := tokens[i]
	switch {
	case isQuote(token) && isApostrophe(tokens, i):
		return true
	case isQuote(token):
		open[token] = !open[token]
		return open[token]
	case token == "$" || token == "£" || token == "€":
		return i+1 < len(tokens) && startsWithDigit(tokens[i+1])
	case token == "." || token == ",":
		return i > 0 && i+1 < len(tokens) && endsInDigit(tokens[i-1]) && startsWithDigit(tokens[i+1])
	default:
		return token == "@" || token == "#" || token != "" && strings.Trim(token, "([{“‘") == ""
	}
}

func isQuote(token string) bool { return token == `"` || token == "'" || token == "`" }

// isContraction reports whether the token is the end of a contraction that
// brings its apostrophe along: "'s", "n't".
func isContraction(token string) bool {
	rest, found := strings.CutPrefix(token, "'")
	if !found {
		rest, found = strings.CutPrefix(token, "’")
	}
	return found && shortEnding(rest) || strings.EqualFold(token, "n't") || strings.EqualFold(token, "n’t")
}

// isApostrophe reports whether token i is the apostrophe of a contraction that
// was cut into three: don ' t.
func isApostrophe(tokens []string, i int) bool {
	return tokens[i] == "'" && i > 0 && i+1 < len(tokens) && endsInLetter(tokens[i-1]) && shortEnding(tokens[i+1])
}

func shortEnding(s string) bool {
	switch strings.ToLower(s) {
	case "s", "t", "d", "m", "ll", "re", "ve":
		return true
	}
	return false
}

func endsInLetter(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r)
}

func endsInDigit(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsDigit(r)
}

func startsWithDigit(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsDigit(r)
}

// visible makes text safe to print: control characters, which could steer a
// terminal, and characters that turn the direction of writing become "�"; text
// of nothing but white space becomes "␣".
func visible(text string) string {
	if strings.TrimSpace(text) == "" {
		return "␣"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}

// visibleLabel is visible for text that may be left out.
func visibleLabel(text string) string {
	if text == "" {
		return ""
	}
	return visible(text)
}
