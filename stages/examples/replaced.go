package examples

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples/tfidf"
)

// unknown is the id of words that the vocabulary lacks, and of padding. To a
// model all unknown words are one, and so they are to the noise law; as a
// replacement it would show nothing, so it is none.
const unknown int64 = 0

// Learn gives a feeder what the laws of its feeds need to know of the training
// examples, and of no others: NIR's noise law counts their words.
func (f Feeder) Learn(train Set) (Feeder, error) {
	if len(f.Spec.Of(rationalizer.Replaced)) == 0 {
		return f, nil
	}
	var err error
	f.law = tfidf.New(func(yield func([]int64) bool) {
		for i := range train.Len() {
			d, e := documentOf(train, i)
			if err = e; err != nil || !yield(d.words) {
				return
			}
		}
	}, unknown)
	return f, err
}

// replaced are the words of a batch [B,T], some replaced by others.
func (f Feeder) replaced(feed rationalizer.Feed, set Set, batch []int, size rationalizer.Size, step int64) (*tensor.Tensor, error) {
	if f.law == nil {
		return nil, fmt.Errorf("the graphs take %s, words replaced by a law of the training examples, which were not read", feed.Name)
	}
	words, err := set.Column(rationalizer.InputIDs, batch, size)
	if err != nil {
		return nil, err
	}
	ids, share, r := tensor.Data[int64](words), f.Scalar(feed.Share.Of, step), f.stream(feed, step)
	for row, i := range batch {
		d, err := documentOf(set, i)
		if err != nil {
			return nil, err
		}
		if !feed.Share.BySentence {
			d.ends = nil
		}
		for k, w := range f.law.Replace(d.words, d.ends, share, r) {
			ids[row*size.Positions+d.at[k]] = w
		}
	}
	return words, nil
}

// document is what a rationale may hold of an example, which is all that noise is
// about: a query is neither counted nor replaced.
type document struct {
	words []int64
	at    []int // the words' positions
	ends  []int // of sentences, in words
}

// documentOf reads an example's document.
func documentOf(set Set, i int) (document, error) {
	column, err := set.Column(rationalizer.InputIDs, []int{i}, rationalizer.Size{Examples: 1, Positions: set.Length(i), Sentences: 1})
	if err != nil {
		return document{}, err
	}
	ids, truth, d := tensor.Data[int64](column), set.Truth(i, rationalizer.Sentence), document{}
	ends := truth.Ends
	for k, id := range ids {
		for ; len(ends) > 0 && int(ends[0]) <= k; ends = ends[1:] {
			d.ends = append(d.ends, len(d.words))
		}
		if truth.Selectable[k] {
			d.words, d.at = append(d.words, id), append(d.at, k)
		}
	}
	return d, nil
}
