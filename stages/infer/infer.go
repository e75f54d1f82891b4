// Package infer answers for texts that no dataset holds: a finished run's model
// reads them as it read its data.
package infer

import (
	"context"
	"fmt"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
)

// Model is the model of an evaluated run in a session of its own. It answers for
// one text at a time.
type Model struct {
	reader  *tokenize.Reader
	runtime *runtime.Runtime
	session *runtime.Session
}

// Open opens the model in an evaluation's folder, with what the tokenized dataset
// in the folder data says of how texts are read. The caller has checked the
// digests of both.
func Open(evaluation, data string, o runtime.Options) (*Model, error) {
	reader, err := tokenize.OpenReader(data)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(evaluation, evaluate.ModelFile)
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	rt, err := runtime.Open(lib, o)
	if err != nil {
		return nil, err
	}
	session, err := backend.Model(rt, path, nil)
	if err != nil {
		rt.Close()
		return nil, err
	}
	return &Model{reader, rt, session}, nil
}

// Close closes the library and with it the session.
func (m *Model) Close() { m.runtime.Close() }

// Answer is what a model says of a text. A classifier selects nothing.
type Answer struct {
	evaluate.Example
	Read    int // words of the document that the model reads, the first ones
	Unknown int // pieces of query and document without an id of their own
}

// Answer reads the words of a document, with those of a query or without, and
// runs the model with arg-max masks.
func (m *Model) Answer(ctx context.Context, query, words []string) (Answer, error) {
	text, counts, err := m.reader.Read(query, words)
	if err != nil {
		return Answer{}, err
	}
	set, classes := texts.Set{text}, m.reader.Summary().Classes
	out, err := Run(ctx, m.session, set, len(classes))
	if err != nil {
		return Answer{}, err
	}
	p, err := measure.Predict(out, len(classes))
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Example: evaluate.NewExample(set, 0, p[0], classes),
		Read:    wordsRead(text, counts), Unknown: counts.Unknown,
	}, nil
}

// wordsRead is how many words of the document the model reads, at least in part.
func wordsRead(t tokenize.Text, c tokenize.Counts) int {
	if c.Cut == 0 {
		return len(t.Tokens) // some may have left no piece
	}
	read := 0
	for i, word := range t.Word {
		if t.Selectable(i) {
			read = int(word) - t.Lead + 1
		}
	}
	return read
}

// Run asks a model about one text, without padding, and checks what it returns.
func Run(ctx context.Context, session *runtime.Session, set texts.Set, classes int) (map[string]*tensor.Tensor, error) {
	size := set.Size([]int{0})
	size.Positions = set.Length(0)
	in := map[string]*tensor.Tensor{}
	for _, input := range session.Inputs() {
		column, err := set.Column(input.Name, []int{0}, size)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", session.Name(), err)
		}
		in[input.Name] = column
	}
	return measure.Run(ctx, session, in, rationalizer.Asked{Texts: 1, Length: size.Positions, Classes: classes})
}
