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

	"rationale/onnx/rationalizer"
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
	evaluation, run := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Facts)
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

// TestWidenedReadsAsExplainDoes: a model with further words inside, of which one
// knows nothing but vocabulary and reading, answers as the run's own model does
// that looks them up.
func TestWidenedReadsAsExplainDoes(t *testing.T) {
	data := stagetest.Run(t, tokenize.New(tokenize.Params{
		Dataset: stagetest.Dataset, MaxLength: stagetest.MaxLength, RandomVectors: 1, RandomWidth: embeddings.DefaultDim,
	}), map[string]string{tokenize.DatasetRole: stagetest.Generated(t)})
	evaluation, run := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Dataset)
	own := strings.Fields(string(stagetest.Files(t, data)[tokenize.VocabularyFile]))
	table, err := embeddings.Open(twins(t, data, own[3], own[0], own[7]))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	reader, err := tokenize.OpenReader(data)
	if err != nil {
		t.Fatal(err)
	}
	further := reader.Lacking(append(table.Words(), own[0]))
	if want := []string{"x-" + own[3], "x-" + own[0], "x-" + own[7]}; !slices.Equal(further, want) {
		t.Fatalf("the vocabulary lacks %q, want %q", further, want)
	}
	file, reading, err := reader.Widened(further, "the table's")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Fields(string(file))
	if !slices.Equal(list, slices.Concat(own, further)) || reading.VocabularyLines != len(list) || reading.FromTable != 3 || !strings.HasSuffix(reading.VocabularyIs, ", then the table's") {
		t.Errorf("vocabulary %q, reading %+v", list, reading)
	}
	model, err := infer.Widened(run, data, table, further, reading)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{own[1], further[0], own[5], further[2], "quux", further[1], own[2]}
	m, err := infer.Open(evaluation, data, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.LookUp(infer.Vectors{Run: run, Open: func() (*embeddings.Table, error) { return table, nil }})
	want, err := m.Answer(t.Context(), "", strings.Join(words, " "))
	if err != nil || len(want.LookedUp) != 3 {
		t.Fatalf("explain looked up %q, error %v", want.LookedUp, err)
	}
	out := asked(t, model, list, words)
	if d := cmp.Diff(want.Probability, tensor.Data[float32](out[rationalizer.OutProbability]), cmpopts.EquateApprox(0, 1e-6)); d != "" {
		t.Errorf("-explain +exported\n%s", d)
	}
	for i, chosen := range tensor.Data[float32](out[rationalizer.OutRationale]) {
		if (chosen == 1) != want.Selected[i] {
			t.Errorf("word %d: chosen %v, by explain %t", i, chosen, want.Selected[i])
		}
	}
	logits := tensor.Data[float32](out[rationalizer.OutLogits])
	if got := reading.Classes[slices.Index(logits, slices.Max(logits))]; got != want.Predicted {
		t.Errorf("class %s, by explain %s", got, want.Predicted)
	}
}

// asked runs an exported model on words, given its vocabulary's lines alone.
func asked(t *testing.T, model []byte, lines, words []string) map[string]*tensor.Tensor {
	t.Helper()
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	rt, err := runtime.Open(lib, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	session, err := rt.NewSession("exported", model)
	if err != nil {
		t.Fatal(err)
	}
	var ids, mask []int64
	for _, word := range words {
		ids, mask = append(ids, int64(slices.Index(lines, word)+1)), append(mask, 1)
	}
	in := map[string]*tensor.Tensor{}
	for name, data := range map[string][]int64{rationalizer.InputIDs: ids, rationalizer.InputMask: mask} {
		if in[name], err = tensor.Of([]int64{1, int64(len(ids))}, data); err != nil {
			t.Fatal(err)
		}
	}
	out, err := session.Run(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
