package tokenize

import (
	"encoding/json"

	"rationale/tokenizer"
)

// Reading says how a text becomes a model's inputs, for people who run the model
// without this program.
type Reading struct {
	Classes  []string `json:"classes"` // of the logits, in order
	Settings          // of words and length
	// VocabularyLines is how many entries vocab.txt has, VocabularyIs says in a
	// sentence which. FromTable is how many of them, the last, the dataset lacks.
	VocabularyLines int    `json:"vocabulary_lines"`
	FromTable       int    `json:"from_table,omitempty"`
	VocabularyIs    string `json:"vocabulary_is"`
	// WordsAre and QueryWordsAre say in a sentence what WordRule and QueryRule do.
	WordsAre      string `json:"words_are,omitempty"`
	QueryWordsAre string `json:"query_words_are,omitempty"`
	// Queries tells that texts come with a query; the model then has the input
	// selectable_mask.
	Queries bool   `json:"queries"`
	Layout  string `json:"layout"` // what stands in input_ids, in order
	// Poisoned says how the training texts were poisoned; empty when none was.
	Poisoned string `json:"poisoned,omitempty"`
	// PaddingID, UnknownID and SeparatorID are ids of word models; a separator
	// stands between query and document. nil for WordPiece, whose vocabulary names
	// them.
	PaddingID   *int32 `json:"padding_id,omitempty"`
	UnknownID   *int32 `json:"unknown_id,omitempty"`
	SeparatorID *int32 `json:"separator_id,omitempty"`
}

// Layouts of input_ids, by tokenizer and whether there are queries.
var layouts = map[string]map[bool]string{
	Words: {
		false: "the document's words",
		true:  "the query's words, the separator, the document's words; of a text without a query the document's words alone",
	},
	WordPiece: {
		false: "[CLS], the document's pieces, [SEP]",
		true:  "[CLS], the query's pieces, [SEP], the document's pieces, [SEP]; of a text without a query as if there were none",
	},
}

// Reading is how the dataset's texts were read.
func (s Summary) Reading() Reading {
	r := Reading{
		Classes: s.Classes, Settings: s.Settings, VocabularyLines: s.Vocab, VocabularyIs: s.vocabularyIs(), WordsAre: s.WordRule.About(), Queries: s.Queries(),
		Layout: layouts[s.Tokenizer][s.Queries()], Poisoned: s.Poisoned,
	}
	if r.Queries {
		r.QueryWordsAre = s.QueryRule.About()
	}
	if s.Tokenizer == Words {
		r.VocabularyLines-- // id 0 has none
		id := int32(tokenizer.UnknownWord)
		r.PaddingID, r.UnknownID, r.SeparatorID = &id, &id, &id
	}
	return r
}

// vocabularyIs says which entries the vocabulary has.
func (s Summary) vocabularyIs() string {
	switch {
	case s.Tokenizer == WordPiece:
		return "the pieces of the vocabulary that the dataset was read with"
	case s.Random:
		return "the words of the dataset"
	}
	return "the words of the dataset that have a vector in " + s.Source
}

// JSON is the reading as text.
func (r Reading) JSON() ([]byte, error) { return json.MarshalIndent(r, "", "  ") }
