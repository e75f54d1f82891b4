// Package quote makes text that came from elsewhere safe to show and to paste:
// words of a command line for the shell, names inside messages, and everything
// that goes to a terminal.
package quote

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Command is a command line that a POSIX shell reads back as exactly these words.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Shell(word)
	}
	return strings.Join(quoted, " ")
}

// Shell is one word of a command line for a POSIX shell. It contains no control
// character, but for line ends at the very end of the word: the shell drops those
// of a substitution, so they have to stand as they are, in quotes.
func Shell(word string) string {
	if word != "" && strings.Trim(word, plainCharacters) == "" {
		return word
	}
	body := strings.TrimRight(word, "\n")
	ends := word[len(body):]
	if printable(body) {
		return inQuotes(body + ends)
	}
	quoted := `"$(printf '` + octal(body) + `')"`
	if ends != "" {
		quoted += inQuotes(ends)
	}
	return quoted
}

// plainCharacters mean nothing to any shell, wherever they stand.
const plainCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-="

func inQuotes(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// printable tells whether a terminal shows the text as it is.
func printable(text string) bool {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// octal is the format with which printf writes the text. What means something to
// printf, to quotes or to a shell that people type into is written as a number,
// and so is a dash, which could begin an option.
func octal(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if unicode.IsPrint(r) && !(r == utf8.RuneError && size == 1) && !strings.ContainsRune("\\%'\"!`$-", r) {
			out.WriteString(text[:size])
		} else {
			for _, b := range []byte(text[:size]) {
				fmt.Fprintf(&out, `\%03o`, b)
			}
		}
		text = text[size:]
	}
	return out.String()
}
