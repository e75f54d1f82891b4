package infer

import (
	"fmt"
	"path/filepath"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
	"rationale/tokenizer/embeddings"
)

// extended is the model with the vectors of the text's unknown words inside,
// where there are any. The text gets their ids, and the answer says what became
// of unknown words.
func (m *Model) extended(given *tokenize.Given, x *Answer) (*runtime.Session, error) {
	if m.vectors.Open == nil || len(given.Unknown) == 0 {
		return m.session, nil
	}
	table, err := m.vectors.Open()
	if err != nil || table == nil {
		return m.session, err
	}
	defer table.Close()
	x.Searched = true
	if x.LookedUp = m.reader.LookUp(given, table); len(x.LookedUp) == 0 {
		return m.session, nil
	}
	all, err := m.withVectors(table, x.LookedUp)
	if err != nil {
		return nil, err
	}
	return m.rebuilt(m.vectors.Run, all)
}

// withVectors are the model's word vectors with those of words behind them.
func (m *Model) withVectors(table *embeddings.Table, words []string) (*tensor.Tensor, error) {
	own, err := tokenize.ReadVectors(m.data)
	if err != nil {
		return nil, err
	}
	if int64(table.Dim()) != own.Shape()[1] {
		return nil, fmt.Errorf("the word-vector table has %d numbers a word, the model's %d", table.Dim(), own.Shape()[1])
	}
	more, err := table.Matrix(words)
	if err != nil {
		return nil, err
	}
	rows := slices.Concat(tensor.Data[float32](own), more[table.Dim():]) // without the row of unknown words
	return tensor.Of([]int64{own.Shape()[0] + int64(len(words)), own.Shape()[1]}, rows)
}

// rebuilt is the model of the run in a folder with other word vectors, and with
// sampled masks where they are asked for.
func (m *Model) rebuilt(dir string, vectors *tensor.Tensor) (*runtime.Session, error) {
	run, err := train.ReadResult(dir)
	if err != nil {
		return nil, err
	}
	w, err := weights.ReadCheckpoint(filepath.Join(dir, weights.Checkpoint), run.Graphs.Spec.Layouts)
	if err != nil {
		return nil, err
	}
	g, err := evaluate.AnswerGraph(run, w, vectors, rationalizer.Views{Sampled: m.sampled != nil})
	if err != nil {
		return nil, err
	}
	model, err := g.Model()
	if err != nil {
		return nil, err
	}
	return m.runtime.NewSession("the rebuilt model", model)
}
