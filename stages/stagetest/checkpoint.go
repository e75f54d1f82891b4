package stagetest

import (
	"path/filepath"
	"testing"

	"rationale/onnx/pretrained"
	"rationale/onnx/rationalizer"
	"rationale/stages/checkpoint"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
)

// Checkpoint is the folder of a tiny BERT.
func Checkpoint(t testing.TB) string {
	t.Helper()
	return filepath.Join(repository(t), "onnx", "pretrained", "testdata", "bert_tiny")
}

// Pretrained is the tiny BERT with its parameters.
func Pretrained(t testing.TB) *pretrained.Checkpoint {
	t.Helper()
	tiny, err := pretrained.Open(Checkpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	return tiny
}

// Pieces is a dataset in the tiny BERT's pieces.
func Pieces(t testing.TB, dataset, name string) string {
	t.Helper()
	return Run(t, tokenize.New(tokenize.Params{Dataset: name, MaxLength: Pretrained(t).Positions, Tokenizer: tokenize.WordPiece}),
		map[string]string{tokenize.DatasetRole: dataset, checkpoint.Role: Checkpoint(t)})
}

// OnBERT are the settings of a model of a method with tiny BERT encoders.
func OnBERT(t testing.TB, method string) graphs.Params {
	t.Helper()
	p := Small(method)
	p.Encoder, p.BERT = "bert", &rationalizer.BERTHyper{BERT: Pretrained(t).BERT, Pace: .1}
	return p
}
