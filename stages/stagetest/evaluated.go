package stagetest

import (
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/graphs"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Bounds of Evaluated: training texts that are read, and test texts whose answers
// are kept.
const (
	mostTrain = 640
	mostTest  = 2000
)

// Evaluated trains a model briefly on the dataset in the folder data, tokenized or of
// graphs, and evaluates it. It gives the folders of both. A method that another one's model
// reads for gets one.
func Evaluated(t testing.TB, p graphs.Params, data, name string) (evaluation, run string) {
	t.Helper()
	engine := backend.Backend{Provider: runtime.CPU, Library: Library(t), Threads: 1}
	in := map[string]string{train.DataRole: data}
	in[train.GraphsRole] = Graphs(t, p, data)
	in[train.WeightsRole] = Weights(t, in[train.GraphsRole], 1)
	if reader := readerOf(t, p.Method); reader != "" {
		_, in[train.ReaderRole] = Evaluated(t, Small(reader), data, name)
	}
	scalars := Scalars(p.Method)
	if _, ok := scalars["sparsity"]; ok {
		scalars["sparsity"] = .6 // so that arg-max masks select something
	}
	in[evaluate.RunRole] = Run(t, train.New(train.Params{
		Dataset: name, Scalars: scalars, Seed: 1, Epochs: 2, Batch: 16, Texts: mostTrain, Rate: 1e-2, Decay: 1, Engine: engine,
	}, opener(p)), in)
	evaluation = Run(t, evaluate.New(evaluate.Params{Dataset: name, Batch: 16, Texts: mostTest, Engine: engine}, opener(p)), in)
	return evaluation, in[evaluate.RunRole]
}

// readerOf is the method whose trained model a method needs; empty for none.
func readerOf(t testing.TB, method string) string {
	t.Helper()
	m, err := rationalizer.Lookup(method)
	if err != nil {
		t.Fatal(err)
	}
	return m.Reader
}

// Exported writes the folder that people deploy, of an evaluation on the tokenized
// dataset in the folder data; change may change its reading before.
func Exported(t testing.TB, evaluation, data string, change func(*tokenize.Exported)) string {
	t.Helper()
	reader, err := tokenize.OpenReader(data)
	if err != nil {
		t.Fatal(err)
	}
	reading := reader.Reading()
	if change != nil {
		change(&reading)
	}
	files, err := infer.Export(reading, Files(t, evaluation)[evaluate.ModelFile], Files(t, data)[tokenize.VocabularyFile])
	if err != nil {
		t.Fatal(err)
	}
	return written(t, files)
}
