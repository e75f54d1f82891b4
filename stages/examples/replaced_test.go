package examples_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// feeder replaces a share of words, after it has read the training texts.
func feeder(t testing.TB, train examples.Set, share float64, bySentence bool) examples.Feeder {
	t.Helper()
	f := examples.Feeder{
		Spec: rationalizer.Spec{Padding: rationalizer.Trim, Classes: 2, K: 2, Feeds: []rationalizer.Feed{{
			Name: "replaced_ids", Kind: rationalizer.Replaced, Noise: nn.Noise{Purpose: "replaced words"},
			Share: &rationalizer.WordShare{Of: "noise", BySentence: bySentence},
		}}},
		Seed: 4, Scalar: func(string, int64) float64 { return share },
	}
	f, err := f.Learn(train)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// step are the words [B·T] that a step reads of a batch.
func step(t testing.TB, f examples.Feeder, set examples.Set, number int64, batch ...int) []int64 {
	t.Helper()
	in, err := f.Inputs(set, [][]int{batch}, number)
	if err != nil {
		t.Fatal(err)
	}
	return tensor.Data[int64](in["replaced_ids"])
}

// text has a query of some words, and sentences of a document.
func text(query []int32, sentences ...[]int32) tokenize.Text {
	out := tokenize.Text{IDs: slices.Clone(query), Roles: slices.Repeat([]tokenize.Role{tokenize.QueryPiece}, len(query))}
	for _, s := range sentences {
		out.IDs = append(out.IDs, s...)
		out.Roles = append(out.Roles, slices.Repeat([]tokenize.Role{tokenize.DocumentPiece}, len(s))...)
		out.SentenceEnds = append(out.SentenceEnds, int32(len(out.IDs)))
	}
	return out
}

// corpus is texts whose words a law can tell apart: in each the common word 1, a
// rarer one and one of its own.
func corpus() texts.Set {
	var out texts.Set
	for i := range int32(40) {
		out = append(out, text(nil, []int32{1, 1, 2 + i%3, 10 + i}))
	}
	return out
}

// TestOnlyWordsOfTheDocumentAreReplaced, by known words of training documents:
// no word of a query, and no padding.
func TestOnlyWordsOfTheDocumentAreReplaced(t *testing.T) {
	train := append(corpus(), text(nil, []int32{0, 1}), text(nil, []int32{1, 0}), text([]int32{77, 78}, []int32{1, 0, 3, 10}), text(nil, []int32{1}))
	f, last := feeder(t, train, .5, false), len(train)-2
	replaced := map[int]int{}
	for number := range int64(200) {
		got := step(t, f, train, number, last, last+1)
		for k, want := range []int64{77, 78, 1, 0, 3, 10, 1, 0, 0, 0, 0, 0} {
			if got[k] == want {
				continue
			}
			replaced[k]++
			if got[k] == 0 || got[k] >= 50 {
				t.Fatalf("word %d came in the place of %d", got[k], want)
			}
		}
	}
	for k := range 12 {
		if document := k >= 2 && k < 6; !document && replaced[k] > 0 {
			t.Errorf("position %d is no word of a document that differs, and was replaced %d times", k, replaced[k])
		}
	}
	if replaced[2] < 150 || replaced[3] == 0 || replaced[5] > replaced[2] {
		t.Errorf("replaced %v times of 200 by position; want the common word most, and the unknown one too", replaced)
	}
}

// TestReplacedShare: on average the share of the words is replaced.
func TestReplacedShare(t *testing.T) {
	train := corpus()
	f, words, replaced := feeder(t, train, .1, false), 0, 0
	all := examples.Sorted(train, len(train))[0]
	for number := range int64(300) {
		got := step(t, f, train, number, all...)
		for k, w := range got {
			if words++; w != int64(train[all[k/4]].IDs[k%4]) {
				replaced++
			}
		}
	}
	if share := float64(replaced) / float64(words); share < .09 || share > .105 { // a few are replaced by themselves
		t.Errorf("a share of %v was replaced", share)
	}
}

// TestSharesOfSentences: by sentence a word alone in its own has nothing to differ
// from; in the whole text it has.
func TestSharesOfSentences(t *testing.T) {
	train := append(corpus(), text(nil, []int32{1}, []int32{2, 10}))
	last := len(train) - 1
	for _, bySentence := range []bool{false, true} {
		f, replaced := feeder(t, train, .9, bySentence), 0
		for number := range int64(100) {
			if step(t, f, train, number, last)[0] != 1 {
				replaced++
			}
		}
		if (replaced == 0) != bySentence {
			t.Errorf("by sentence: %v, and the first word was replaced %d times of 100", bySentence, replaced)
		}
	}
}

// TestLawOfTheTextsTrainedOn: words of texts that a run leaves out are not drawn.
func TestLawOfTheTextsTrainedOn(t *testing.T) {
	train := corpus()
	f := feeder(t, examples.First(train, 10), .9, false)
	for number := range int64(100) {
		for _, w := range step(t, f, train[:1], number, 0) {
			if w >= 20 {
				t.Fatalf("word %d stands in no text of the first ten", w)
			}
		}
	}
}

// TestReplacedWordsDependOnTheStep alone: not on how steps are put into runs, on
// the padding that a group needs, or on what was drawn before.
func TestReplacedWordsDependOnTheStep(t *testing.T) {
	train := append(corpus(), text(nil, []int32{1, 1, 1, 2, 3, 10, 11, 12}))
	f := feeder(t, train, .5, false)
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.Int64Range(1, 1000).Draw(rt, "step")
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 0)).Perm(40)
		short, long := order[:3], []int{order[4], 40, order[5]}
		both, err := f.Inputs(train, [][]int{short, long}, number)
		if err != nil {
			rt.Fatal(err)
		}
		rows := slices.Collect(slices.Chunk(tensor.Data[int64](both["replaced_ids"]), 8))
		alone := slices.Collect(slices.Chunk(step(t, f, train, number, short...), 4))
		for i, row := range alone {
			if want := append(slices.Clone(row), 0, 0, 0, 0); !slices.Equal(rows[i], want) {
				rt.Fatalf("row %d is %v in a run of two steps, %v alone", i, rows[i], want)
			}
		}
		if got := slices.Concat(rows[3:]...); !slices.Equal(got, step(t, f, train, number+1, long...)) {
			rt.Fatal("the second step differs from one alone")
		}
	})
	if slices.Equal(step(t, f, train, 1, 0, 1, 2, 3), step(t, f, train, 2, 0, 1, 2, 3)) {
		t.Error("two steps have the same words")
	}
}

// graphs are examples without words.
type graphs struct{ texts.Set }

func (graphs) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	return texts.Set{}.Column("no "+name, batch, size)
}

// TestNothingToReplace: a law that was not read, and examples without words, are
// errors.
func TestNothingToReplace(t *testing.T) {
	f := feeder(t, corpus(), .1, false)
	if _, err := f.Learn(graphs{corpus()}); err == nil || !strings.Contains(err.Error(), "reads the column no input_ids") {
		t.Errorf("error %v", err)
	}
	if _, err := (examples.Feeder{Spec: f.Spec}).Inputs(corpus(), [][]int{{0}}, 1); err == nil || !strings.Contains(err.Error(), "which were not read") {
		t.Errorf("error %v", err)
	}
}
