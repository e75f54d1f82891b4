package wordpiece

import (
	"encoding/json"
	"fmt"

	"rationale/tokenizer"
)

// whole is what counts in a tokenizer.json. Its post-processor, truncation
// and padding are left aside: here these are explicit calls.
type whole struct {
	Normalizer *struct {
		Type         string `json:"type"`
		CleanText    bool   `json:"clean_text"`
		ChineseChars bool   `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		Lower        bool   `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	Model struct {
		Type     string           `json:"type"`
		Unknown  string           `json:"unk_token"`
		Prefix   string           `json:"continuing_subword_prefix"`
		MaxChars int              `json:"max_input_chars_per_word"`
		Vocab    map[string]int64 `json:"vocab"`
	} `json:"model"`
	Added []struct {
		ID      int64  `json:"id"`
		Content string `json:"content"`
	} `json:"added_tokens"`
}

// loadWhole reads a tokenizer.json; the settings of c come before its own.
func loadWhole(path string, c config) (*Tokenizer, error) {
	data, err := tokenizer.ReadFile(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	var w whole
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("wordpiece: %s: %w", path, err)
	}
	v, err := w.vocabulary()
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %s: %w", path, err)
	}
	s := w.settings()
	c.apply(&s)
	return named(path, v, s)
}

func (w whole) settings() Settings {
	s := Uncased()
	s.Lower, s.CleanText = w.Normalizer.Lower, w.Normalizer.CleanText
	s.ChineseChars, s.StripAccents = w.Normalizer.ChineseChars, w.Normalizer.StripAccents
	s.Unknown, s.Prefix, s.MaxChars = w.Model.Unknown, w.Model.Prefix, w.Model.MaxChars
	return s
}

// vocabulary checks that the file is about the tokenizer of BERT and lists its
// tokens by id.
func (w whole) vocabulary() (*tokenizer.Vocabulary, error) {
	switch {
	case w.Model.Type != "WordPiece":
		return nil, fmt.Errorf("the model is of type %q, want \"WordPiece\"", w.Model.Type)
	case w.Normalizer == nil || w.Normalizer.Type != "BertNormalizer":
		return nil, fmt.Errorf("the normalizer is not of type \"BertNormalizer\"")
	case w.PreTokenizer == nil || w.PreTokenizer.Type != "BertPreTokenizer":
		return nil, fmt.Errorf("the pre_tokenizer is not of type \"BertPreTokenizer\"")
	}
	tokens := make([]string, len(w.Model.Vocab))
	taken := make([]bool, len(tokens))
	for token, id := range w.Model.Vocab {
		if id < 0 || id >= int64(len(tokens)) || taken[id] {
			return nil, fmt.Errorf("vocab gives %q the id %d; %d tokens need each id from 0 to %d once", token, id, len(tokens), len(tokens)-1)
		}
		tokens[id], taken[id] = token, true
	}
	for _, added := range w.Added {
		if id, ok := w.Model.Vocab[added.Content]; !ok || id != added.ID {
			return nil, fmt.Errorf("the added token %q with id %d is not in vocab under that id, which is not supported", added.Content, added.ID)
		}
	}
	return tokenizer.NewVocabulary(tokens)
}
