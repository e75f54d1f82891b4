package infer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// twins is a table in which the words x-NAME have the vectors of NAME in a
// tokenized dataset.
func twins(t *testing.T, data string, names ...string) string {
	t.Helper()
	vectors, err := tokenize.ReadVectors(data)
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Fields(string(stagetest.Files(t, data)[tokenize.VocabularyFile]))
	width := int(vectors.Shape()[1])
	var lines strings.Builder
	for _, name := range names {
		lines.WriteString("x-" + name)
		row := slices.Index(list, name) + 1
		for _, x := range tensor.Data[float32](vectors)[row*width:][:width] {
			fmt.Fprintf(&lines, " %v", x)
		}
		lines.WriteByte('\n')
	}
	dir := t.TempDir()
	path, table := filepath.Join(dir, "glove.txt"), filepath.Join(dir, embeddings.FileName)
	if err := os.WriteFile(path, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := embeddings.BuildFile(t.Context(), path, embeddings.GloVe, table, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return table
}

// TestWordsAreLookedUp: a word that the training data lacks is read as one that it
// has with the same vector, in the query and in the document.
func TestWordsAreLookedUp(t *testing.T) {
	data := stagetest.Run(t, tokenize.New(tokenize.Params{
		Dataset: stagetest.Facts, MaxLength: stagetest.MaxLength, RandomVectors: 1, RandomWidth: embeddings.DefaultDim,
	}), map[string]string{tokenize.DatasetRole: stagetest.ImportFacts(t)})
	evaluation, run := evaluatedOn(t, data, stagetest.Facts)
	table := twins(t, data, "warm", "rome")
	m, err := infer.Open(evaluation, data, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	answer := func(query, text string) infer.Answer {
		t.Helper()
		x, err := m.Answer(t.Context(), query, text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	const query, text = "is x-Rome warm ?", "It was x-warm . x-rome is x-warm quux ."
	without := answer(query, text)
	if without.Searched || !slices.Equal(without.Unknown, []string{"x-Rome", "x-warm", "x-rome", "quux"}) {
		t.Errorf("without a table: %+v", without)
	}
	m.LookUp(infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) { return embeddings.Open(table) }})
	got, want := answer(query, text), answer("is Rome warm ?", "It was warm . rome is warm quux .")
	if !got.Searched || !slices.Equal(got.Unknown, []string{"quux"}) || !slices.Equal(got.LookedUp, []string{"x-rome", "x-warm"}) {
		t.Errorf("unknown %q, looked up %q", got.Unknown, got.LookedUp)
	}
	if d := cmp.Diff(want.Probability, got.Probability, cmpopts.EquateApprox(0, 1e-5)); d != "" || got.Predicted != want.Predicted || !slices.Equal(got.Selected, want.Selected) {
		t.Errorf("%s, want %s\n%s", got.Predicted, want.Predicted, d)
	}
	if cmp.Equal(without.Probability, got.Probability, cmpopts.EquateApprox(0, 1e-5)) {
		t.Error("unknown words are read the same; the test shows nothing")
	}
	m.LookUp(infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) { return nil, nil }})
	if x := answer(query, text); x.Searched || len(x.Unknown) != 4 {
		t.Errorf("a table that is not there: %+v", x)
	}
	broken := errors.New("broken")
	m.LookUp(infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) { return nil, broken }})
	if _, err := m.Answer(t.Context(), query, text); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
