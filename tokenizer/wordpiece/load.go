package wordpiece

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rationale/tokenizer"
)

// The files of a Hugging Face model folder that a tokenizer is read from.
const (
	vocabularyName = "vocab.txt"
	configName     = "tokenizer_config.json"
	wholeName      = "tokenizer.json"
)

// maxFile bounds each of them in bytes; those of the largest models have a tenth.
const maxFile = 256 << 20

// Load reads a tokenizer from
//   - a folder in Hugging Face's layout: vocab.txt or else tokenizer.json, and
//     tokenizer_config.json, if it is there, whose settings come first,
//   - a tokenizer.json whose model is WordPiece, or
//   - a vocabulary file by itself, which is taken for an uncased one; use
//     LoadVocabulary for others.
//
// Errors name the file and, where there is one, the line.
func Load(path string) (*Tokenizer, error) {
	t, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("%w; use the files as they were published with the model", err)
	}
	return t, nil
}

func load(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("wordpiece: no vocabulary: %w", err)
	case info.IsDir():
		return loadFolder(path)
	case filepath.Ext(path) == ".json":
		return loadWhole(path, config{})
	}
	return LoadVocabulary(path, Uncased())
}

// LoadVocabulary reads a vocabulary file with one token a line.
func LoadVocabulary(path string, s Settings) (*Tokenizer, error) {
	data, err := tokenizer.ReadFile(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	v, err := tokenizer.ReadVocabulary(bytes.NewReader(data), path)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	return named(path, v, s)
}

// named is New with the file's name in the error.
func named(path string, v *tokenizer.Vocabulary, s Settings) (*Tokenizer, error) {
	t, err := build(v, s)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %s: %w", path, err)
	}
	return t, nil
}

func loadFolder(dir string) (*Tokenizer, error) {
	config, err := readConfig(filepath.Join(dir, configName))
	if err != nil {
		return nil, err
	}
	vocabulary, whole := filepath.Join(dir, vocabularyName), filepath.Join(dir, wholeName)
	if _, err := os.Stat(vocabulary); err == nil {
		s := Uncased()
		config.apply(&s)
		return LoadVocabulary(vocabulary, s)
	}
	if _, err := os.Stat(whole); err == nil {
		return loadWhole(whole, config)
	}
	return nil, fmt.Errorf("wordpiece: %s holds neither %s nor %s", dir, vocabularyName, wholeName)
}

// config is what counts in a tokenizer_config.json. A key that is missing
// keeps its default.
type config struct {
	Lower        *bool    `json:"do_lower_case"`
	StripAccents *bool    `json:"strip_accents"`
	ChineseChars *bool    `json:"tokenize_chinese_chars"`
	Basic        *bool    `json:"do_basic_tokenize"`
	NeverSplit   []string `json:"never_split"`
	Unknown      *special `json:"unk_token"`
	Pad          *special `json:"pad_token"`
	Class        *special `json:"cls_token"`
	Separator    *special `json:"sep_token"`
	Mask         *special `json:"mask_token"`
}

// special is a special token, written as a string or as an object.
type special string

// UnmarshalJSON reads either form.
func (s *special) UnmarshalJSON(data []byte) error {
	var object struct {
		Content string `json:"content"`
	}
	if json.Unmarshal(data, &object) == nil {
		*s = special(object.Content)
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// readConfig reads a tokenizer_config.json; a missing file is an empty one.
func readConfig(path string) (config, error) {
	var c config
	data, err := tokenizer.ReadFile(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("wordpiece: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("wordpiece: %s: %w", path, err)
	}
	if c.Basic != nil && !*c.Basic {
		return c, fmt.Errorf("wordpiece: %s: do_basic_tokenize is false, which is not supported", path)
	}
	if len(c.NeverSplit) > 0 {
		return c, fmt.Errorf("wordpiece: %s: never_split is not supported: no token is read whole out of a text", path)
	}
	return c, nil
}

func (c config) apply(s *Settings) {
	if c.StripAccents != nil {
		s.StripAccents = c.StripAccents
	}
	for to, from := range map[*bool]*bool{&s.Lower: c.Lower, &s.ChineseChars: c.ChineseChars} {
		if from != nil {
			*to = *from
		}
	}
	for to, from := range map[*string]*special{
		&s.Unknown: c.Unknown, &s.Pad: c.Pad, &s.Class: c.Class, &s.Separator: c.Separator, &s.Mask: c.Mask,
	} {
		if from != nil {
			*to = string(*from)
		}
	}
}
