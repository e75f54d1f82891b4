package infer

import (
	"fmt"
	"path/filepath"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/measure"
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
	all, err := withVectors(m.dir, table, x.LookedUp)
	if err != nil {
		return nil, err
	}
	return m.rebuilt(m.vectors.Run, all)
}

// Widened encodes the model of the run in a folder, trained on the tokenized
// dataset in the folder data, for people who deploy it: further words of the table
// have the ids behind its own words. reading is how its metadata says that texts
// are read. The caller has checked the digests of both folders.
func Widened(run, data string, table *embeddings.Table, further []string, reading tokenize.Reading) ([]byte, error) {
	all, err := withVectors(data, table, further)
	if err != nil {
		return nil, err
	}
	result, w, err := finished(run)
	if err != nil {
		return nil, err
	}
	summary, err := tokenize.ReadSummary(data)
	if err != nil {
		return nil, err
	}
	text, err := reading.JSON()
	if err != nil {
		return nil, err
	}
	return evaluate.Deployed(result, w, all, summary.Dataset, string(text))
}

// withVectors are the word vectors of the tokenized dataset in the folder data,
// with those of words behind them.
func withVectors(data string, table *embeddings.Table, words []string) (*tensor.Tensor, error) {
	own, err := tokenize.ReadVectors(data)
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

// finished are the result and the weights of the run in a folder.
func finished(dir string) (run train.Result, w measure.Weights, err error) {
	if run, err = train.ReadResult(dir); err != nil {
		return run, nil, err
	}
	w, err = weights.ReadCheckpoint(filepath.Join(dir, weights.Checkpoint), run.Graphs.Spec.Layouts)
	return run, w, err
}

// rebuilt is the model of the run in a folder with other word vectors, and with
// sampled masks where they are asked for.
func (m *answering) rebuilt(dir string, vectors *tensor.Tensor) (*runtime.Session, error) {
	run, w, err := finished(dir)
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
