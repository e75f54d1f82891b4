package texts_test

import (
	"fmt"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples/texts"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// two texts: the query "q" and its separator before two sentences of two pieces
// and of one; and a text of one word.
var two = texts.Set{
	{ID: "a", Label: 1, IDs: []int32{5, 0, 6, 7, 8}, Word: []int32{0, -1, 1, 2, 3}, Lead: 1, Query: []string{"q"}, Tokens: []string{"x", "y", "z"},
		Roles:        []tokenize.Role{tokenize.QueryPiece, tokenize.MarkPiece, tokenize.DocumentPiece, tokenize.DocumentPiece, tokenize.DocumentPiece},
		SentenceEnds: []int32{2, 4, 4, 5}, // the first and the third have no piece
		Gold:         []bool{false, false, true, false, false}, Rationale: []bool{true, false, false}},
	{ID: "b", Poisoned: true, IDs: []int32{9}, Word: []int32{0}, Roles: []tokenize.Role{tokenize.DocumentPiece}, Tokens: []string{"w"}, SentenceEnds: []int32{1}},
}

func TestColumns(t *testing.T) {
	size := two.Size([]int{0, 1})
	if size != (rationalizer.Size{Examples: 2, Positions: 5, Sentences: 2}) {
		t.Errorf("size %+v", size)
	}
	for name, want := range map[string]string{
		rationalizer.InputIDs:           "[5 0 6 7 8 9 0 0 0 0]",
		rationalizer.InputMask:          "[1 1 1 1 1 1 0 0 0 0]",
		rationalizer.InputSelectable:    "[0 0 1 1 1 1 0 0 0 0]",
		rationalizer.InputGold:          "[0 0 1 0 0 0 0 0 0 0]",
		rationalizer.InputSentence:      "[0 0 0 0 1 0 0 0 0 0]",
		rationalizer.InputSentenceMask:  "[1 1 1 0]",
		rationalizer.InputSentenceFirst: "[2 4 0 0]",
		rationalizer.InputSentenceLast:  "[3 4 0 0]",
		rationalizer.InputLabels:        "[1 0]",
		rationalizer.InputPoisoned:      "[0 1]",
	} {
		column, err := two.Column(name, []int{0, 1}, size)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(tensor.Data[int64](column)); got != want || column.Shape()[0] != 2 {
			t.Errorf("%s is %v %s, want %s", name, column.Shape(), got, want)
		}
	}
}

func TestColumnsThatTextsLack(t *testing.T) {
	bare := texts.Set{{ID: "c", IDs: []int32{1}, Word: []int32{0}, Roles: []tokenize.Role{tokenize.DocumentPiece}, Tokens: []string{"w"}}}
	for name, want := range map[string]string{
		"adjacency":                    "reads the column adjacency, and texts have none",
		rationalizer.InputSentenceMask: "text c has no sentence marks",
	} {
		if _, err := bare.Column(name, []int{0}, bare.Size([]int{0})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
}

// TestOpen: what graphs have to be built for is what the dataset holds.
func TestOpen(t *testing.T) {
	for name, query := range map[string]bool{stagetest.Facts: true, stagetest.Dataset: false} {
		source := map[bool]func(testing.TB) string{true: stagetest.ImportFacts, false: stagetest.Generated}[query](t)
		data, err := texts.Open(stagetest.Tokenized(t, source, name))
		if err != nil {
			t.Fatal(err)
		}
		shape := data.Shape()
		if shape.Dataset != name || len(shape.Classes) != 2 || shape.Width != stagetest.Width || shape.Longest != stagetest.MaxLength || shape.Query != query {
			t.Errorf("shape %+v", shape)
		}
		set, err := data.Split("dev")
		if err != nil {
			t.Fatal(err)
		}
		if w := set.Words(0); query && len(w.Query) == 0 || len(w.Tokens) == 0 || len(set.Chosen(0, nil)) != len(w.Tokens) {
			t.Errorf("words %+v", w)
		}
	}
	if _, err := texts.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), tokenize.SummaryFile) {
		t.Errorf("an empty folder: %v", err)
	}
}
