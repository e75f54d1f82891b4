package onion

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
	"rationale/stages/stagetest"
)

// bigrams writes a language model whose logits for the next piece are a row of a
// table, and its vocabulary.
func bigrams(t *testing.T, table []float32) string {
	t.Helper()
	rows := int64(len(entries))
	weights, err := tensor.Of([]int64{rows, int64(len(table)) / rows}, table)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New("bigrams")
	ids := g.Input("input_ids", tensor.Int64, graph.Sym("B"), graph.Sym("T"))
	g.Output("logits", g.Gather(g.Const("next", weights), ids, 0))
	return writeModel(t, g)
}

func writeModel(t *testing.T, g *graph.Graph) string {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{ModelFile: string(model), "vocab.txt": strings.Join(entries, "\n") + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var entries = strings.Fields("[PAD] [UNK] [CLS] [SEP] a b")

func openModel(t *testing.T, dir string) (LanguageModel, error) {
	t.Helper()
	folder, err := OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	return folder.(*ModelFolder).open(runtimetest.Open(t))
}

// TestOthersModel holds perplexities of an ONNX model against those by hand: behind
// everything a is four times as likely as each of the five others.
func TestOthersModel(t *testing.T) {
	table := make([]float32, 36)
	for row := range 6 {
		table[6*row+4] = float32(math.Log(4))
	}
	m, err := openModel(t, bigrams(t, table))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Name(), "vocabulary of 6 pieces") {
		t.Errorf("it is called %s", m.Name())
	}
	whole, without, err := m.Perplexities(context.Background(), []string{"a", "B", "x", "a"})
	if err != nil {
		t.Fatal(err)
	}
	const likely, rare = 4. / 9, 1. / 9
	of := func(p ...float64) float64 {
		product := 1.
		for _, x := range p {
			product *= x
		}
		return math.Pow(product, -1/float64(len(p)))
	}
	want := []float64{of(likely, rare, rare, likely), of(rare, rare, likely), of(likely, rare, likely), of(likely, rare, likely), of(likely, rare, rare)}
	for i, got := range append([]float64{whole}, without...) {
		if math.Abs(got-want[i]) > 1e-5 {
			t.Errorf("perplexity %d is %v; want %v", i, got, want[i])
		}
	}
}

// TestOthersModelInOnion: the model that is given is the one that is used and named.
func TestOthersModelInOnion(t *testing.T) {
	dir := bigrams(t, make([]float32, 36))
	env := stagetest.Env(t, nil)
	var err error
	if env.Opened[LanguageModelRole], err = OpenModel(dir); err != nil {
		t.Fatal(err)
	}
	name, open, err := (&Stage{}).languageModel(context.Background(), env)
	if err != nil || !strings.Contains(name, "ONNX") {
		t.Errorf("%s, error %v", name, err)
	}
	if m, err := open(runtimetest.Open(t)); err != nil || m.Name() != name {
		t.Errorf("opened %v, error %v; want %s", m, err, name)
	}
}

// TestRefusesOthersModel names what such a model lacks.
func TestRefusesOthersModel(t *testing.T) {
	if _, err := OpenModel(t.TempDir()); err == nil || !strings.Contains(err.Error(), ModelFile) {
		t.Errorf("an empty folder: %v", err)
	}
	words := graph.New("words")
	words.Output("logits", words.Cast(words.Input("words", tensor.Int64, graph.Sym("B"), graph.Sym("T")), tensor.Float32))
	if _, err := openModel(t, writeModel(t, words)); err == nil || !strings.Contains(err.Error(), "the model has the input words (int64); expected input_ids") {
		t.Errorf("another input: %v", err)
	}
	for want, table := range map[string][]float32{
		"is no number":               slices.Repeat([]float32{float32(math.NaN())}, 36),
		"expected logits (float32, ": make([]float32, 30), // of five pieces
	} {
		m, err := openModel(t, bigrams(t, table))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := m.Perplexities(context.Background(), []string{"a"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
