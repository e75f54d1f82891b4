// Package checkpoint opens encoders that others have trained, with the tokenizers
// that they read with, for the stages that begin with them: tokenize and weights.
package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"rationale/onnx/nn"
	"rationale/onnx/pretrained"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/tokenizer/wordpiece"
)

// Role is the one in which stages are given what Open opens.
const Role = "checkpoint"

// Folder is what a folder in Hugging Face's layout holds: a BERT encoder and its
// WordPiece tokenizer. It lies in memory, where nobody else can change it.
type Folder struct {
	Encoder   *pretrained.Checkpoint
	Tokenizer *wordpiece.Tokenizer
}

// Open reads a folder with config.json, model.safetensors and vocab.txt.
func Open(dir string) (stages.Opened, error) {
	tokenizer, err := wordpiece.Load(dir)
	if err != nil {
		return nil, err
	}
	encoder, err := pretrained.Open(dir)
	if err != nil {
		return nil, err
	}
	if tokenizer.Size() > encoder.Vocabulary {
		return nil, fmt.Errorf("%s: the vocabulary has %d pieces and the encoder %d: they do not belong together; use the files as they were published with the model",
			dir, tokenizer.Size(), encoder.Vocabulary)
	}
	return &Folder{encoder, tokenizer}, nil
}

// Of gives the folder that fills Role; nil where none does.
func Of(env *stages.Env) (*Folder, error) {
	if env.Opened[Role] == nil {
		return nil, nil
	}
	return stages.OpenedAs[*Folder](env, Role)
}

// Words are the vectors of the encoder's pieces, [V,W].
func (f *Folder) Words() *tensor.Tensor { return f.Encoder.Params[nn.WordTable] }

// Digest is the SHA-256 of encoder and tokenizer.
func (f *Folder) Digest() string {
	sum := sha256.Sum256([]byte(f.Encoder.Digest + f.Tokenizer.Digest()))
	return hex.EncodeToString(sum[:])
}

// Verify and Close have nothing to do.
func (*Folder) Verify() error { return nil }

// Close is part of stages.Opened.
func (*Folder) Close() error { return nil }
