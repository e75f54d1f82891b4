package experiments

import (
	"errors"
	"fmt"
	"os"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/stages/tokenize"
)

// Tokenized plans reading a dataset by itself: with the tokenizer "words" (also
// when tokenizerName is empty), or with "wordpiece" and the vocabulary in the
// folder vocabDir. maxLength counts pieces; 0 takes the dataset's setting.
func (l *Lab) Tokenized(dataset, tokenizerName, vocabDir string, maxLength int) (*engine.Node, error) {
	var find func(string) (source, error)
	switch tokenizerName {
	case "", tokenize.Words:
		find = l.dataset
	case tokenize.WordPiece:
		find = l.anyDataset
	default:
		return nil, fmt.Errorf("no tokenizer %q; there are %s and %s", tokenizerName, tokenize.Words, tokenize.WordPiece)
	}
	data, err := find(dataset)
	if err != nil {
		return nil, err
	}
	settings, err := l.settings(data, rationalizer.Method{}, "", nil)
	if err != nil {
		return nil, err
	}
	if maxLength != 0 {
		settings.MaxLength = maxLength
	}
	if tokenizerName == tokenize.WordPiece {
		return inPieces(data, settings, vocabDir)
	}
	return tokenized(data, settings), nil
}

// inPieces is tokenized with a WordPiece vocabulary.
func inPieces(data source, s Settings, dir string) (*engine.Node, error) {
	vocabulary, err := vocabularyInput(dir)
	if err != nil {
		return nil, err
	}
	p := tokenize.Params{Dataset: data.name, MaxLength: s.MaxLength, Tokenizer: tokenize.WordPiece}
	return pieces(data, p, vocabulary), nil
}

// pieces plans reading a dataset with what names its pieces.
func pieces(data source, p tokenize.Params, vocabulary engine.Input) *engine.Node {
	return &engine.Node{
		Stage: tokenize.New(p), Inputs: []engine.Input{data.input, vocabulary},
		Label: "tokenize " + data.name + " in pieces", Weight: 5,
	}
}

// vocabularyInput is the folder of a vocabulary; its identity is what the
// tokenizer makes of the files, not where they lie or how they are laid out.
func vocabularyInput(dir string) (engine.Input, error) {
	if dir == "" {
		return engine.Input{}, errors.New("the tokenizer wordpiece needs the folder of a vocabulary (--vocab DIR): a vocab.txt with or without tokenizer_config.json, or a tokenizer.json")
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return engine.Input{}, fmt.Errorf("vocabulary: %s is a file; name the folder that holds it", dir)
	}
	return external(tokenize.VocabularyRole, dir, tokenize.OpenVocabulary)
}
