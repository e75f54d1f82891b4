// Package infer answers for texts that no dataset holds: a finished run's model
// reads them as it read its data.
package infer

import (
	"context"
	"fmt"
	"path/filepath"

	"rationale/datasets/words"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// Model is the model of an evaluated run in a session of its own. It answers for
// one text at a time.
type Model struct {
	reader  *tokenize.Reader
	runtime *runtime.Runtime
	session *runtime.Session
	data    string
	vectors Vectors
	sampled *sampling // nil for arg-max masks
}

// Vectors are where words that the training data lacks are looked up: word
// vectors are frozen, so the model knows what to do with those of any word.
type Vectors struct {
	Run string // folder of the training run
	// Open opens the table that the run's data was tokenized with; nil when it is
	// not there, and then unknown words stay unknown.
	Open func() (*embeddings.Table, error)
}

// LookUp makes the model look unknown words up.
func (m *Model) LookUp(v Vectors) { m.vectors = v }

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
	return &Model{reader: reader, runtime: rt, session: session, data: data}, nil
}

// Close closes the library and with it the session.
func (m *Model) Close() { m.runtime.Close() }

// Answer is what a model says of a text. A classifier selects nothing.
type Answer struct {
	evaluate.Example
	// Spans are where the words of the document stand in the text, in bytes; nil
	// when the text is a JSON list.
	Spans   []words.Span
	Unknown []string // words of query and document that the model does not know
	// LookedUp are words that the vocabulary lacks and whose vectors were looked
	// up.
	LookedUp []string
	Searched bool // the table was there, and has no vector for Unknown
}

// Answer finds the words of a text, and of the query that it is about or none, as
// the dataset's import does, and runs the model.
func (m *Model) Answer(ctx context.Context, query, text string) (Answer, error) {
	given, err := m.reader.Prepare(query, text)
	if err != nil {
		return Answer{}, err
	}
	x := Answer{Spans: given.Spans}
	session, err := m.extended(&given, &x)
	if err != nil {
		return x, err
	}
	x.Example, err = m.say(ctx, session, given.Text, 0)
	x.Unknown = given.Unknown
	return x, err
}

// say runs a session of the model on one text. number keeps the draws of several
// texts apart.
func (m *Model) say(ctx context.Context, session *runtime.Session, text tokenize.Text, number int) (evaluate.Example, error) {
	set, classes := texts.Set{text}, m.reader.Summary().Classes
	out, err := m.run(ctx, session, set, number)
	if err != nil {
		return evaluate.Example{}, err
	}
	p, err := measure.Predict(out, len(classes))
	if err != nil {
		return evaluate.Example{}, err
	}
	return evaluate.NewExample(set, 0, p[0], classes), nil
}

// WordRule is how the words of a text are found.
func (m *Model) WordRule() words.Rule { return m.reader.Summary().WordRule }

// run asks a model about one text, without padding, and checks what it returns.
func (m *Model) run(ctx context.Context, session *runtime.Session, set texts.Set, number int) (map[string]*tensor.Tensor, error) {
	size := set.Size([]int{0})
	size.Positions = set.Length(0)
	in := map[string]*tensor.Tensor{}
	for _, input := range session.Inputs() {
		if m.sampled != nil && input.Name == rationalizer.SelectNoise {
			in[input.Name] = m.sampled.noise(size, number)
			continue
		}
		column, err := set.Column(input.Name, []int{0}, size)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", session.Name(), err)
		}
		in[input.Name] = column
	}
	asked := rationalizer.Asked{Texts: 1, Length: size.Positions, Classes: len(m.reader.Summary().Classes)}
	return measure.Run(ctx, session, in, asked)
}
