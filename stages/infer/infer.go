// Package infer asks a finished model about texts of anybody's: they are read as
// those that it was trained on, and what it says is carried back to their words.
package infer

import (
	"context"
	"fmt"
	"regexp"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
)

// Model is a finished model with the way in which its texts are read.
type Model struct {
	reader  *tokenize.Reader
	session *runtime.Session
}

// Open opens the model in a file that an evaluation wrote. data is the tokenized
// dataset that it was trained on. It is closed with the runtime.
func Open(rt *runtime.Runtime, path, data string) (*Model, error) {
	reader, err := tokenize.OpenReader(data)
	if err != nil {
		return nil, err
	}
	content, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	session, err := rt.NewSession(path, content)
	return &Model{reader, session}, err
}

// Answer is what a model says of a text.
type Answer struct {
	evaluate.Example
	Cut     int // words, or pieces, that the model did not read
	Unknown int // those that it has no vector for, or no piece
}

// Ask reads a document, with its query if there is one, and asks the model.
func (m *Model) Ask(ctx context.Context, id string, query, words []string) (Answer, error) {
	read, err := m.reader.Read(query, words)
	if err != nil {
		return Answer{}, err
	}
	read.ID = id
	set, classes := texts.Set{read.Text}, m.reader.Summary.Classes
	out, err := Run(ctx, m.session, set, len(classes))
	if err != nil {
		return Answer{}, err
	}
	p, err := measure.Predict(out, len(classes))
	if err != nil {
		return Answer{}, err
	}
	return Answer{evaluate.NewExample(set, 0, p[0], classes), read.Cut, read.Unknown}, nil
}

// Run asks a model about one text, without padding, and checks what it returns.
func Run(ctx context.Context, session *runtime.Session, set texts.Set, classes int) (map[string]*tensor.Tensor, error) {
	size := rationalizer.Size{Examples: 1, Positions: len(set[0].IDs), Sentences: max(1, len(set[0].Sentences))}
	in := map[string]*tensor.Tensor{}
	for _, input := range session.Inputs() {
		column, err := set.Column(input.Name, []int{0}, size)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", session.Name(), err)
		}
		in[input.Name] = column
	}
	out, err := session.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	return out, rationalizer.Asked{Texts: 1, Length: size.Positions, Classes: classes}.Check(session.Name(), out)
}

// wordPattern finds the words of a text as the generic formats do: runs of
// letters, digits and marks, and every other character that is not a space.
var wordPattern = regexp.MustCompile(`[\pL\pN\pM]+|[^\s\pZ\pL\pN\pM]`)

// Words are the words of a text.
func Words(text string) []string { return wordPattern.FindAllString(text, -1) }
