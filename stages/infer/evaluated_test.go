package infer_test

import (
	"errors"
	"testing"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// evaluatedModel is a model to ask about texts, and what was recorded of those of
// the test split.
type evaluatedModel struct {
	test     *datasets.Split
	read     []tokenize.Text
	examples []evaluate.Example
	reader   *tokenize.Reader
	model    *infer.Model
}

// openEvaluated opens the evaluation, the tokenized dataset in the folder data and
// the dataset that it was made of.
func openEvaluated(t *testing.T, set *datasets.Set, evaluation, data string) evaluatedModel {
	t.Helper()
	var e evaluatedModel
	var errs [5]error
	e.test, errs[0] = set.Split("test")
	e.read, errs[1] = tokenize.Read(data, "test")
	e.examples, errs[2] = evaluate.ReadExamples(evaluation)
	e.reader, errs[3] = tokenize.OpenReader(data)
	e.model, errs[4] = infer.Open(evaluation, data, runtime.Options{})
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.model.Close() })
	return e
}
