package words

import (
	"strings"
	"unicode/utf8"
)

// clitics are the endings that tokenised English keeps apart.
var clitics = []string{"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"}

// ClaimWords splits a claim or question the way that the documents it is about
// were tokenised: punctuation stands alone, clitics too.
func ClaimWords(text string) []string {
	var tokens []string
	for _, piece := range strings.FieldsFunc(text, IsSpace) {
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
	return Cut(text, scan(text, isWordRune), Unicode.Fold)
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
