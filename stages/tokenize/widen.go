package tokenize

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"rationale/tokenizer"
)

// Lacking are those of some words that the vocabulary lacks and that a text can
// contain: no text contains capitals where words are lower-cased. Pieces lack
// nothing.
func (r *Reader) Lacking(words []string) []string {
	list, ok := r.vocabulary.Tokenizer.(*tokenizer.Words)
	if !ok {
		return nil
	}
	var lacking []string
	for _, word := range words {
		if _, known := list.Vocabulary().Index(word); !known && word != "" && utf8.ValidString(word) && oneWord(word) && list.Fold(word) == word {
			lacking = append(lacking, word)
		}
	}
	return lacking
}

// Widened are the vocabulary file and the reading of a model that knows further
// words; their ids are the first behind those of the dataset's words, which keep
// theirs. from says in words where they are from.
func (r *Reader) Widened(further []string, from string) (file []byte, reading Reading, err error) {
	list, err := tokenizer.NewVocabulary(append(r.vocabulary.list.Tokens(), further...))
	if err != nil {
		return nil, Reading{}, fmt.Errorf("the widened vocabulary: %w", err)
	}
	var out bytes.Buffer
	if err := list.Write(&out); err != nil {
		return nil, Reading{}, err
	}
	reading = r.reading.Reading
	reading.VocabularyLines, reading.FromTable = list.Len(), len(further)
	reading.VocabularyIs += ", then " + from
	return out.Bytes(), reading, nil
}
