package main

import (
	"fmt"
	"math"
	"strconv"

	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/tokenizer/embeddings"
)

// extent is which words an exported model knows beside those of its dataset: none,
// the first so many of the word-vector table, or fullTable.
type extent int

const fullTable extent = -1

// UnmarshalText is called by kong.
func (x *extent) UnmarshalText(text []byte) error {
	if string(text) == "full" {
		*x = fullTable
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return fmt.Errorf("%q: expected full or a whole number of at least 1", text)
	}
	*x = extent(n)
	return nil
}

// words are those of the table that are meant.
func (x extent) words(table *embeddings.Table) ([]string, error) {
	switch {
	case x == fullTable:
		return table.Words(), nil
	case !table.Ordered():
		return nil, usagef("--vocabulary %d: the word-vector table was built by an older version, which did not keep the order of %s; --vocabulary full takes all of it, or delete the table, fetch or import it again and train on that", x, table.Source())
	case int(x) > table.Len():
		return nil, usagef("--vocabulary %d: the word-vector table has %d words; --vocabulary full takes all of them", x, table.Len())
	}
	return table.Words()[:x], nil
}

// from says where the words of the extent are from.
func (x extent) from(source string) string {
	if x == fullTable {
		return "all further words of " + source + " that a text can contain"
	}
	return fmt.Sprintf("those further ones that a text can contain among the first %d of %s (GloVe's files begin with the most frequent words)", x, source)
}

// widened are the model, its vocabulary and its reading with the words of the
// extent inside, in place of those that fit the dataset.
func (x extent) widened(a *app, r *trainedRun, e *export) error {
	table, err := r.table()
	if err != nil {
		return err
	}
	defer table.Close()
	candidates, err := x.words(table)
	if err != nil {
		return err
	}
	further := e.reader.Lacking(candidates)
	size := widenedSize(len(e.model), len(further), table.Dim())
	if size > maxModel {
		return usagef("--vocabulary: the model would have %d MB with %d further words, and an ONNX file has at most %d MB; take fewer with --vocabulary N", size>>20, len(further), maxModel>>20)
	}
	a.say("%s gets %d words of %s beside its own and has about %d MB", evaluate.ModelFile, len(further), table.Source(), (size+1<<20-1)>>20)
	if e.vocabulary, e.reading.Reading, err = e.reader.Widened(further, x.from(table.Source())); err != nil {
		return err
	}
	run, err := r.folder(r.ID)
	if err != nil {
		return err
	}
	e.model, err = infer.Widened(run, e.data, table, further, e.reading.Reading)
	return err
}

// maxModel is what a protocol buffer, which an ONNX file is, may have in bytes.
const maxModel = math.MaxInt32

// widenedSize bounds the bytes of a model of so many, once it has further words.
func widenedSize(model, further, width int) int {
	const metadata = 1 << 16 // a longer reading
	return model + 4*further*width + metadata
}

// table opens the word-vector table that the run was trained on.
func (r *trainedRun) table() (*embeddings.Table, error) {
	digest, err := r.tableDigest()
	if err != nil {
		return nil, err
	}
	if digest == "" {
		return nil, usagef("--vocabulary: the run was trained on made-up word vectors, so there is no table to take words from")
	}
	table, err := openTable(digest)
	if err != nil {
		return nil, fmt.Errorf("--vocabulary takes words from the word vectors that the run was trained on: %w", err)
	}
	return table, nil
}
