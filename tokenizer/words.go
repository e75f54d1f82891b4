package tokenizer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// UnknownWord is the id of padding and of every word outside the list. Its
// word vector is zero; what tells the two apart is the padding mask, which is
// 1 on an unknown word.
const UnknownWord = 0

// Words is the tokenizer of the models on frozen word vectors: one piece a
// word. The id of a word is its line in the list, counted from 1.
type Words struct {
	vocabulary *Vocabulary
	lower      bool
	digest     string
}

// NewWords makes the tokenizer of an ordered word list. With lower, words are
// lower-cased before they are looked up; the list itself is taken as it is.
// A word that is blank, holds white space, is not UTF-8 or stands there twice
// is an error that names its line.
func NewWords(words []string, lower bool) (*Words, error) {
	v, err := NewVocabulary(words)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: word list: %w", err)
	}
	return wordsOf(v, lower)
}

// ReadWords makes the tokenizer of a vocab.txt with one word a line. Errors
// begin with name, the file's name for people.
func ReadWords(r io.Reader, name string, lower bool) (*Words, error) {
	v, err := ReadVocabulary(r, name)
	if err != nil {
		return nil, err
	}
	w, err := wordsOf(v, lower)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return w, nil
}

func wordsOf(v *Vocabulary, lower bool) (*Words, error) {
	for i, word := range v.tokens {
		if strings.ContainsFunc(word, unicode.IsSpace) {
			return nil, fmt.Errorf("line %d: %q holds white space, so no text could contain it as one word", i+1, word)
		}
	}
	w := &Words{vocabulary: v, lower: lower}
	hash := sha256.New()
	fmt.Fprintf(hash, "words 1 lower=%t\n", lower)
	if err := v.Write(hash); err != nil {
		return nil, err
	}
	w.digest = hex.EncodeToString(hash.Sum(nil))
	return w, nil
}

// Name is "words".
func (w *Words) Name() string { return "words" }

// Digest identifies the list and the lower-casing.
func (w *Words) Digest() string { return w.digest }

// Size is the number of words and one more, for UnknownWord.
func (w *Words) Size() int { return w.vocabulary.Len() + 1 }

// Lower says whether words are lower-cased before they are looked up.
func (w *Words) Lower() bool { return w.lower }

// Vocabulary is the word list; the word with id i is its token i-1.
func (w *Words) Vocabulary() *Vocabulary { return w.vocabulary }

// Encode gives each word its id, UnknownWord if it is not in the list. White
// space around a word does not count.
func (w *Words) Encode(words []string) Encoding {
	e := Encoding{IDs: make([]int32, len(words)), Word: make([]int32, len(words))}
	for i, word := range words {
		e.Word[i] = int32(i)
		if index, ok := w.vocabulary.Index(fold(word, w.lower)); ok {
			e.IDs[i] = index + 1
		} else {
			e.Unknown++
		}
	}
	return e
}

// Fold is the form under which a word is looked up.
func (w *Words) Fold(word string) string { return fold(word, w.lower) }

// fold is the form under which a word is looked up.
func fold(word string, lower bool) string {
	word = strings.TrimSpace(word)
	if lower {
		word = strings.ToLower(word)
	}
	return word
}
