package tokenizer

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one line of a vocabulary file, in bytes.
const maxLine = 1 << 16

// Vocabulary is an ordered list of distinct tokens. A token's place in the
// list, from 0, is its index.
type Vocabulary struct {
	tokens []string
	index  map[string]int32
}

// NewVocabulary checks the tokens and keeps a copy of the list. A token that
// is blank, not UTF-8, holds a line break or stands there twice is an error
// that names its line, counted from 1.
func NewVocabulary(tokens []string) (*Vocabulary, error) {
	v := &Vocabulary{tokens: slices.Clone(tokens), index: make(map[string]int32, len(tokens))}
	for i, token := range v.tokens {
		if err := checkToken(token); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if first, again := v.index[token]; again {
			return nil, fmt.Errorf("line %d: %q again, first on line %d; every token stands once", i+1, token, first+1)
		}
		v.index[token] = int32(i)
	}
	return v, nil
}

func checkToken(token string) error {
	switch {
	case strings.TrimSpace(token) == "":
		return fmt.Errorf("blank; every line holds one token")
	case !utf8.ValidString(token):
		return fmt.Errorf("%q is not UTF-8", token)
	case strings.ContainsAny(token, "\r\n"):
		return fmt.Errorf("%q holds a line break", token)
	}
	return nil
}

// ReadVocabulary reads one token a line, as NewVocabulary wants them; lines
// end in LF or CRLF. Errors begin with name, the file's name for people.
func ReadVocabulary(r io.Reader, name string) (*Vocabulary, error) {
	var tokens []string
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		tokens = append(tokens, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, len(tokens)+1, err)
	}
	v, err := NewVocabulary(tokens)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// Write writes one token a line, as ReadVocabulary reads them.
func (v *Vocabulary) Write(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	for _, token := range v.tokens {
		buffered.WriteString(token)
		buffered.WriteByte('\n')
	}
	return buffered.Flush()
}

// Len is the number of tokens.
func (v *Vocabulary) Len() int { return len(v.tokens) }

// Token gives the token at an index that is at least 0 and below Len.
func (v *Vocabulary) Token(index int) string { return v.tokens[index] }

// Tokens gives a copy of the list.
func (v *Vocabulary) Tokens() []string { return slices.Clone(v.tokens) }

// Index finds a token.
func (v *Vocabulary) Index(token string) (int32, bool) {
	i, ok := v.index[token]
	return i, ok
}
