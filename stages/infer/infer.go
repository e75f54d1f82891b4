// Package infer answers for texts and graphs that no dataset holds: a finished run's
// model reads them as it read its data.
package infer

import (
	"context"
	"path/filepath"

	"rationale/datasets/words"
	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// Model is the model of an evaluated run that reads texts, in a session of its own.
type Model struct {
	answering
	reader  *tokenize.Reader
	dir     string // of the tokenized dataset; empty for an exported model
	vectors Vectors
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
	m, err := open(reader, filepath.Join(evaluation, evaluate.ModelFile), o)
	if err != nil {
		return nil, err
	}
	m.dir = data
	m.data = func() (examples.Data, error) { return texts.Open(data) }
	return m, nil
}

// open opens the model in a file, which texts are read for by the reader.
func open(reader *tokenize.Reader, path string, o runtime.Options) (*Model, error) {
	reading := reader.Reading()
	m, err := load(path, reading.Classes, o)
	if err != nil {
		return nil, err
	}
	m.padTo = reading.PadTo
	return &Model{answering: m, reader: reader}, nil
}

// Pad makes every text that many ids long, padding included, for a model that reads
// padding too. An exported model knows that by itself.
func (m *Model) Pad(length int) { m.padTo = length }

// Answer is what a model says of a text or a graph. All below the probabilities is
// known of texts only. A classifier selects nothing.
type Answer struct {
	evaluate.Example
	// Classes are the probabilities of the classes, in the order of the reading's.
	Classes []float64
	// Spans are where the words of the document stand in the text, in bytes; nil
	// when the text is a JSON list.
	Spans []words.Span
	// Unknown are words of query and document that the model does not know, each
	// once.
	Unknown []string
	// LookedUp are words that the vocabulary lacks and whose vectors were looked
	// up.
	LookedUp []string
	Searched bool // the table was there, and has no vector for Unknown
}

// Answer finds the words of a text, and of the query that it is about or none, as
// the dataset's import does, and runs the model.
func (m *Model) Answer(ctx context.Context, query, text string) (Answer, error) {
	given, err := m.Prepare(query, text)
	if err != nil {
		return Answer{}, err
	}
	var found Answer // what became of unknown words
	session, err := m.extended(&given, &found)
	if err != nil {
		return Answer{}, err
	}
	said, err := m.say(ctx, session, texts.Set{given.Text}, []int{0}, 0)
	if err != nil {
		return Answer{}, err
	}
	x := said[0]
	x.Spans, x.Unknown, x.LookedUp, x.Searched = given.Spans, given.Unknown, found.LookedUp, found.Searched
	return x, nil
}

// Reading says how the model's texts are read.
func (m *Model) Reading() tokenize.Reading { return m.reader.Reading().Reading }
